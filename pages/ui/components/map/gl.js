// Draws points by WebGL 2: places stand in a buffer once, the view is a uniform, colours and symbols are looked up by code.

import { NAMES, mask } from "./symbols.js";

const CELL = 64; // px of one symbol in the texture
const CODES = 256;
const VERTEX = `#version 300 es
precision highp float;
in vec2 place; in uint code; in uint state;
uniform vec3 view; uniform vec2 frame; uniform float across; uniform uint wanted; uniform sampler2D look;
flat out vec3 colour; flat out float symbol;
void main() {
  if (state != wanted) { gl_Position = vec4(2.0, 2.0, 2.0, 1.0); gl_PointSize = 1.0; return; }
  vec2 at = place * view.z + view.xy;
  gl_Position = vec4(at.x / frame.x * 2.0 - 1.0, 1.0 - at.y / frame.y * 2.0, 0.0, 1.0);
  gl_PointSize = across;
  vec4 found = texelFetch(look, ivec2(int(code), wanted == 0u ? 1 : 0), 0);
  colour = found.rgb; symbol = floor(found.a * 255.0 + 0.5);
}`;
const FRAGMENT = `#version 300 es
precision highp float;
flat in vec3 colour; flat in float symbol;
uniform sampler2D symbols; uniform float many; uniform float across;
out vec4 shown;
void main() {
  float cover = 1.0;
  if (across >= 3.0) cover = texture(symbols, vec2((symbol + clamp(gl_PointCoord.x, 0.02, 0.98)) / many, gl_PointCoord.y)).r;
  if (cover < 0.05) discard;
  shown = vec4(colour * cover, cover);
}`;

function built(gl) {
  const program = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(type);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) ? program : null;
}

function texture(gl, unit, filter) {
  gl.activeTexture(gl.TEXTURE0 + unit);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  for (const [name, value] of [[gl.TEXTURE_MIN_FILTER, filter], [gl.TEXTURE_MAG_FILTER, filter], [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE], [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE]]) {
    gl.texParameteri(gl.TEXTURE_2D, name, value);
  }
}

function atlas(gl) {
  const width = NAMES.length * CELL;
  const whole = new Uint8Array(width * CELL);
  NAMES.forEach((name, at) => {
    const one = mask(name, CELL);
    for (let row = 0; row < CELL; row++) whole.set(one.subarray(row * CELL, (row + 1) * CELL), row * width + at * CELL);
  });
  texture(gl, 1, gl.LINEAR);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, width, CELL, 0, gl.RED, gl.UNSIGNED_BYTE, whole);
}

/** The painter, or null where there is no WebGL 2. */
export function makeGl() {
  const canvas = new OffscreenCanvas(1, 1);
  const gl = canvas.getContext("webgl2", { antialias: false, alpha: false, depth: false, preserveDrawingBuffer: false });
  const program = gl && built(gl);
  if (!program) return null;
  gl.useProgram(program);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  const at = (name) => gl.getUniformLocation(program, name);
  const buffers = { place: gl.createBuffer(), code: gl.createBuffer(), state: gl.createBuffer() };
  const where = Object.fromEntries(Object.keys(buffers).map((name) => [name, gl.getAttribLocation(program, name)]));
  for (const [name, buffer] of Object.entries(buffers)) {
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(where[name]);
    if (name === "place") gl.vertexAttribPointer(where[name], 2, gl.FLOAT, false, 0, 0);
    else gl.vertexAttribIPointer(where[name], 1, gl.UNSIGNED_BYTE, 0, 0);
  }
  texture(gl, 0, gl.NEAREST);
  atlas(gl);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  gl.uniform1i(at("look"), 0);
  gl.uniform1i(at("symbols"), 1);
  gl.uniform1f(at("many"), NAMES.length);
  const fill = (name, values) => { gl.bindBuffer(gl.ARRAY_BUFFER, buffers[name]); gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW); };

  function look(scene) {
    const texels = new Uint8Array(CODES * 2 * 4);
    scene.colours.forEach((colour, code) => {
      const symbol = NAMES.indexOf(scene.symbols[code]);
      texels.set([...colour, symbol], 4 * code);
      texels.set([...scene.faint, symbol], 4 * (CODES + code));
    });
    gl.activeTexture(gl.TEXTURE0);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, CODES, 2, 0, gl.RGBA, gl.UNSIGNED_BYTE, texels);
  }

  return {
    name: "WebGL",
    get isLost() { return gl.isContextLost(); },
    setScene(scene, changed) {
      if (changed.places) fill("place", scene.places);
      if (changed.codes) fill("code", scene.codes);
      if (changed.state) fill("state", scene.state);
      if (changed.colours) look(scene);
    },
    draw(scene, { width, height, x, y, scale, across }) {
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
      gl.viewport(0, 0, width, height);
      gl.clearColor(...scene.ground.map((one) => one / 255), 1);
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.uniform3f(at("view"), x, y, scale);
      gl.uniform2f(at("frame"), width, height);
      gl.uniform1f(at("across"), across);
      for (const wanted of scene.stands) {
        gl.uniform1ui(at("wanted"), wanted);
        gl.drawArrays(gl.POINTS, 0, scene.n);
      }
      return canvas.transferToImageBitmap();
    },
  };
}
