/*
Package solve answers "how does one find the parameters at which a loss is
least?" on the classical rungs, before any network: in closed form where there
is one, by root finding, by walking along the gradient, and by proof.

	closed form      LeastSquares  Ridge  Polynomial          W = argmin 1/2n Σ(y−f(x))²
	no closed form   Bisect  Newton  NewtonBracketed  Secant  f′(x) = 0
	gradient         Descend  Ascend  Minimize (L-BFGS)       x ← x − η·∇f(x)
	which rate       StepLimit  Extremes                      η < 2/λmax
	proof            Interval  Certify                        e⁻² < f(x₀) < 2⁻²
	mistakes         Perceptron  Novikoff                     w ← w + y·x, at most (R/γ)² times

All of it is float64. What iterates is an iterator whose body sees every step
and may break at any of them; [Last] runs one to its end. Errors come last,
beside the best value so far. Nothing here loops without a bound.

# Descending a function on a tape

[Objective] is a plain Go function that writes its gradient, so a loss recorded
on a brick/grad tape is descended by a closure of five steps: copy x into the
leaf's values, record the loss, run backward, copy the leaf's gradient into
grad, return the loss. In the f64 build nothing is rounded on the way; in the
float32 build values and gradients carry about seven digits, so [Descent] needs
a Tolerance of 1e-6 or so. A function without a gradient goes through
[NumericGradient], one of one variable through [OneVariable].
*/
package solve
