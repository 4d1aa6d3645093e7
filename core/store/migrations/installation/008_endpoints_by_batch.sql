-- Whether an endpoint can be asked by batch, and what a call costs then, as a share of its price (0.5 is half). Null: it cannot.
alter table endpoint add column batch_share double;
