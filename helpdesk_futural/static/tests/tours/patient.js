/** Let each step of a tour wait as long as a machine under load may need: a minute. */
export const patient = (steps) => steps.map((step) => ({ timeout: 60000, ...step }));
