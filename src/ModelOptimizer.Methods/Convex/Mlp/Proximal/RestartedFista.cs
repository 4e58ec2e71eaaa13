using System.Globalization;
using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Convex;

/// <summary>
/// R-FISTA: min f + Ω by accelerated proximal gradients with backtracking, a growing step and adaptive restart. One iteration is one application of the map for
/// each step tried, and one of its adjoint.
/// </summary>
internal sealed class RestartedFista(SquaredLoss loss, GroupPenalty penalty, FistaSettings settings)
{
    private const double Backtracking = 0.8;
    private const double Growth = 1.25;
    private const double GrowthRatio = 5;

    // A remainder below this share of ‖T‖²/2n is rounding of the predictions, and no step is too long for it.
    private const double Rounding = 1e-28;

    private readonly Matrix _residual = new(loss.Target.Rows, loss.Target.Columns);
    private readonly double _noise = Rounding * loss.Value(loss.Target);

    /// <summary>Minimises from <paramref name="start"/>, or from zero.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public FistaResult Solve(Matrix? start = null)
    {
        // U, U⁺ and V.
        var (current, next, ahead) = (new FistaPoint(loss), new FistaPoint(loss), new FistaPoint(loss));
        start?.Values.CopyTo(current.Weights.Values, 0);
        loss.Map.Apply(current.Weights, current.Prediction);
        var (t, step) = (1.0, settings.Step);
        List<FistaIteration> history = [Measure(current, 0)];
        ahead.Extrapolate(current, current, 0);
        settings.Progress?.Report(history[^1]);
        while (!settings.Reached(history[^1]) && history.Count <= settings.Iterations)
        {
            if (!loss.IsQuadratic)
            {
                loss.Residual(ahead.Prediction, _residual);
                loss.Gradient(_residual, ahead.Gradient);
            }

            var (distance, remainder) = Backtrack(ahead, next, ref step);
            history.Add(Measure(next, history.Count));
            settings.Progress?.Report(history[^1]);
            // Restart where the step from V points against the progress made.
            var following = TurnsBack(current, next, ahead) ? 1 : (1 + Math.Sqrt(1 + (4 * t * t))) / 2;
            ahead.Extrapolate(next, current, following > 1 ? (t - 1) / following : 0);
            t = following;
            step *= distance > GrowthRatio * 2 * step * remainder ? Growth : 1;
            (current, next) = (next, current);
        }

        return new FistaResult(current.Weights, step, history);
    }

    /// <summary>U⁺ ← prox_sΩ(V − s∇f(V)) with the first s that has 2s·(f(U⁺) − f(V) − ⟨∇f(V), U⁺−V⟩) ≤ ‖U⁺−V‖².</summary>
    /// <returns>‖U⁺−V‖² and f(U⁺) − f(V) − ⟨∇f(V), U⁺−V⟩.</returns>
    private (double Distance, double Remainder) Backtrack(FistaPoint ahead, FistaPoint next, ref double step)
    {
        while (true)
        {
            settings.Cancellation.ThrowIfCancellationRequested();
            TensorPrimitives.MultiplyAdd(ahead.Gradient.Values, -step, ahead.Weights.Values, next.Weights.Values);
            penalty.Shrink(next.Weights, step);
            loss.Map.Apply(next.Weights, next.Prediction);
            var distance = Elements.SquaredDistance(next.Weights, ahead.Weights);
            var remainder = loss.Remainder(next.Prediction, ahead.Prediction);
            if (!(2 * step * remainder > distance && remainder > _noise))
            {
                return (distance, remainder);
            }

            step *= Backtracking;
        }
    }

    private FistaIteration Measure(FistaPoint point, int number)
    {
        loss.Residual(point.Prediction, _residual);
        loss.Gradient(_residual, point.Gradient);
        var objective = loss.Value(_residual) + penalty.Value(point.Weights);
        // Negative only by rounding.
        var gap = Math.Max(objective - loss.Dual(_residual, point.Gradient, penalty), 0);
        return new FistaIteration(number, objective, gap, penalty.SquaredSubgradient(point.Weights, point.Gradient));
    }

    // ⟨U⁺ − U, V − U⁺⟩ > 0
    private static bool TurnsBack(FistaPoint current, FistaPoint next, FistaPoint ahead) => Elements.Sum(next.Weights.Rows, j =>
    {
        var before = current.Weights.Row(j);
        var now = next.Weights.Row(j);
        var from = ahead.Weights.Row(j);
        var sum = 0.0;
        for (var i = 0; i < now.Length; i++)
        {
            sum += (now[i] - before[i]) * (from[i] - now[i]);
        }

        return sum;
    }) > 0;
}

/// <summary>Weights with their prediction and gradient.</summary>
internal sealed class FistaPoint(SquaredLoss loss)
{
    public Matrix Weights { get; } = new(loss.Map.Groups, loss.Map.Width);

    public Matrix Prediction { get; } = new(loss.Target.Rows, loss.Target.Columns);

    public Matrix Gradient { get; } = new(loss.Map.Groups, loss.Map.Width);

    /// <summary>
    /// Becomes <paramref name="next"/> + <paramref name="momentum"/>·(<paramref name="next"/> − <paramref name="current"/>), of which the prediction is linear
    /// and a quadratic's gradient affine: no product is needed.
    /// </summary>
    public void Extrapolate(FistaPoint next, FistaPoint current, double momentum)
    {
        Combine(Weights, next.Weights, current.Weights, momentum);
        Combine(Prediction, next.Prediction, current.Prediction, momentum);
        if (loss.IsQuadratic)
        {
            Combine(Gradient, next.Gradient, current.Gradient, momentum);
        }
    }

    private static void Combine(Matrix result, Matrix next, Matrix current, double momentum) => Parallel.For(0, result.Rows, j =>
    {
        var row = result.Row(j);
        TensorPrimitives.Subtract(next.Row(j), current.Row(j), row);
        TensorPrimitives.MultiplyAdd(row, momentum, next.Row(j), row);
    });
}

/// <summary>Where an iteration ended.</summary>
/// <param name="Number">Iterations so far; 0 is the start.</param>
/// <param name="Objective">f + Ω.</param>
/// <param name="Gap">The duality gap, in units of the objective: the minimum is at most this far below.</param>
/// <param name="SquaredSubgradient">The squared norm of the shortest subgradient.</param>
internal readonly record struct FistaIteration(int Number, double Objective, double Gap, double SquaredSubgradient)
{
    /// <summary>The gap as a share of the objective.</summary>
    public double RelativeGap => Objective > 0 ? Gap / Objective : 0;
}

/// <summary>Tells how far several solutions, one after the other, are.</summary>
/// <param name="progress">Gets told.</param>
/// <param name="activity">What is being done.</param>
/// <param name="total">Solutions in all.</param>
internal sealed class FistaProgress(IProgress<MethodProgress> progress, string activity, int total) : IProgress<FistaIteration>
{
    private int _begun;

    public void Report(FistaIteration value)
    {
        _begun += value.Number == 0 ? 1 : 0;
        progress.Report(
            new MethodProgress(
                activity,
                _begun - 1,
                total,
                string.Create(CultureInfo.InvariantCulture, $"iteration {value.Number}, gap {value.RelativeGap:0.0e-0}")
            )
        );
    }
}

/// <summary>The end of R-FISTA.</summary>
/// <param name="Weights">U, one group a row; rows that the penalty closed are exactly zero.</param>
/// <param name="Step">The last step, where a problem like this one may begin.</param>
/// <param name="History">The start and every iteration.</param>
internal sealed record FistaResult(Matrix Weights, double Step, IReadOnlyList<FistaIteration> History)
{
    /// <summary>The iteration that <see cref="Weights"/> are from.</summary>
    public FistaIteration End => History[^1];

    /// <summary>The objective and the relative duality gap over the iterations.</summary>
    /// <param name="name">What the lines are called.</param>
    public IReadOnlyList<Series> Series(string name) =>
    [
        Line("objective", name, "objective", iteration => iteration.Objective),
        Line("duality gap", name, "gap as a share of the objective", iteration => iteration.RelativeGap),
    ];

    private Series Line(string plot, string name, string axis, Func<FistaIteration, double> value) =>
        new(plot, name, "iteration", axis, PlotPoints.Thin([.. History.Select(iteration => new SeriesPoint(iteration.Number, value(iteration)))]));
}

/// <summary>When R-FISTA stops, and where its step begins; the numbers are the published ones.</summary>
internal sealed record FistaSettings
{
    /// <summary>The first step s.</summary>
    public double Step { get; init; } = 10;

    /// <summary>The most iterations.</summary>
    public int Iterations { get; init; } = 10_000;

    /// <summary>
    /// Ends the iterations when the squared norm of the shortest subgradient is at most this. It is absolute, so it means less the larger the targets are.
    /// </summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>
    /// Ends the iterations when the duality gap is at most this share of the objective, and then nothing else but their number does; null leaves the end to
    /// <see cref="Tolerance"/>.
    /// </summary>
    public double? MaxGap { get; init; }

    /// <summary>Told of the start and of every iteration.</summary>
    public IProgress<FistaIteration>? Progress { get; init; }

    /// <summary>Ends the run between two steps tried.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Whether <paramref name="iteration"/> is good enough.</summary>
    public bool Reached(FistaIteration iteration) => MaxGap is { } gap ? iteration.RelativeGap <= gap : iteration.SquaredSubgradient <= Tolerance;
}
