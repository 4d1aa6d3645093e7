"""What leaves a project and what comes into it."""
