using System.Numerics.Tensors;

namespace ModelOptimizer.Methods.Convex;

/// <summary>
/// R-FISTA: min f + Ω by accelerated proximal gradients with backtracking, a growing step and adaptive restart. One iteration is one application of the map for each step tried, and one of its adjoint.
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

    /// <summary>Becomes <paramref name="next"/> + <paramref name="momentum"/>·(<paramref name="next"/> − <paramref name="current"/>), of which the prediction is linear and a quadratic's gradient affine: no product is needed.</summary>
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
