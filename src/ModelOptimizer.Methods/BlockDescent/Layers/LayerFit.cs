using System.Numerics.Tensors;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>
/// One layer alone, an adaptation of the method: with U fixed at the layer's own outputs, its linear term depends on the data only through the second moment Σ
/// of the inputs, F = ρ/2·tr((W−W*)Σ(W−W*)ᵀ)/s + τ/2·‖W−Ŵ‖², s = tr Σ/D, and the blocks left are W and Ŵ. Both steps lower F, and the system of the W-step is
/// factored once.
/// </summary>
internal sealed class LayerFit
{
    private readonly ILinearAlgebra _algebra;
    private readonly NnBcdOptions _options;
    private readonly Penalties _penalties;
    private readonly Matrix _original;
    private readonly IReadOnlyList<Matrix> _moments;
    private readonly List<Matrix> _factors = [];
    private readonly List<double> _scales = [];

    /// <param name="algebra">Linear algebra.</param>
    /// <param name="options">The step's options.</param>
    /// <param name="original">W*, the groups' rows below each other.</param>
    /// <param name="moments">Σ of each group.</param>
    public LayerFit(ILinearAlgebra algebra, NnBcdOptions options, Matrix original, IReadOnlyList<Matrix> moments)
    {
        (_algebra, _options, _penalties, _original, _moments) = (algebra, options, options.PenaltiesFor(1), original, moments);
        foreach (var sigma in moments)
        {
            var trace = Enumerable.Range(0, sigma.Rows).Sum(i => sigma[i, i]);
            _scales.Add(_penalties.Linear * (trace > 0 ? sigma.Rows / trace : 1));
            // (α + τ)I + ρΣ/s
            var system = sigma.Clone();
            TensorPrimitives.Multiply(system.Values, _scales[^1], system.Values);
            _factors.Add(algebra.Cholesky(ShiftedGram.Shifted(system, _penalties.Proximal + _penalties.Compression)));
        }
    }

    /// <summary>Ŵ after the sweeps, and F after each.</summary>
    public (WeightCopy Copy, IReadOnlyList<double> Objective) Run(WeightSet set, CancellationToken cancellation)
    {
        var weight = _original.Clone();
        var copy = set.Copy(_algebra, weight, published: false);
        List<double> objective = [Objective(weight, copy)];
        for (var number = 0; number < _options.Sweeps; number++)
        {
            cancellation.ThrowIfCancellationRequested();
            var next = Update(weight, copy);
            var change = Elements.SquaredDistance(next, weight);
            weight = next;
            change += copy.Update(weight, _options.Safeguard);
            objective.Add(Objective(weight, copy));
            if (change <= _options.Tolerance * Math.Max(1, TensorPrimitives.SumOfSquares<double>(weight.Values)))
            {
                break;
            }
        }

        return (copy, objective);
    }

    /// <summary>e = ‖(W*−Ŵ)Σ^½‖/‖W*Σ^½‖.</summary>
    public double RelativeError(Matrix compressed)
    {
        var difference = compressed.Clone();
        TensorPrimitives.Subtract(_original.Values, difference.Values, difference.Values);
        var energy = Energy(_original);
        return energy > 0 ? Math.Sqrt(Math.Max(0, Energy(difference) / energy)) : 0;
    }

    // W ← (αW + τŴ + ρW*Σ/s)·((α + τ)I + ρΣ/s)⁻¹
    private Matrix Update(Matrix weight, WeightCopy copy)
    {
        var (alpha, tau) = (_penalties.Proximal, _penalties.Compression);
        var next = new Matrix(weight.Rows, weight.Columns);
        for (var group = 0; group < _moments.Count; group++)
        {
            var right = _algebra.Multiply(Rows(_original, group), _moments[group]);
            TensorPrimitives.Multiply(right.Values, _scales[group], right.Values);
            TensorPrimitives.MultiplyAdd(Rows(weight, group).Values, alpha, right.Values, right.Values);
            TensorPrimitives.MultiplyAdd(Rows(copy.Value, group).Values, tau, right.Values, right.Values);
            _algebra.CholeskySolve(_factors[group], right.Transpose()).Transpose().Values.CopyTo(next.Values, (long)group * right.Values.Length);
        }

        return next;
    }

    private double Objective(Matrix weight, WeightCopy copy)
    {
        var difference = weight.Clone();
        TensorPrimitives.Subtract(difference.Values, _original.Values, difference.Values);
        return (Energy(difference, _scales) / 2) + (_penalties.Compression / 2 * Elements.SquaredDistance(weight, copy.Value));
    }

    // Σ_groups scale·tr(MΣMᵀ)
    private double Energy(Matrix matrix, List<double>? scales = null)
    {
        var sum = 0.0;
        for (var group = 0; group < _moments.Count; group++)
        {
            var rows = Rows(matrix, group);
            sum += (scales?[group] ?? 1) * TensorPrimitives.Dot<double>(rows.Values, _algebra.Multiply(rows, _moments[group]).Values);
        }

        return sum;
    }

    private Matrix Rows(Matrix matrix, int group)
    {
        if (_moments.Count == 1)
        {
            return matrix;
        }

        var height = matrix.Rows / _moments.Count;
        return new Matrix(height, matrix.Columns, matrix.Values.AsSpan(group * height * matrix.Columns, height * matrix.Columns).ToArray());
    }
}

/// <summary>Fits every layer to itself alone (<c>mode: layer</c>).</summary>
internal static class LayerTraining
{
    /// <summary>Fits the layers that have a set.</summary>
    public static Training Run(StepContext context, NnBcdOptions options, IReadOnlyList<SelectedLayer> layers)
    {
        if (context.Calibration is null)
        {
            throw new DiagnosticException(
                MethodCodes.NoCalibration,
                "the method measures the layers' inputs, and the model has no calibration data. Add 'calibrate: { dataset: … }' or 'calibrate: { random: 64 }' "
                    + "to the model.",
                options.Position
            );
        }

        var chosen = layers.Where(layer => layer.Set is not null).ToList();
        context.Progress.Report(new MethodProgress("second moments", 0, 0));
        context.ActivationStatistics.Require([.. chosen.Select(layer => MomentKey.Of(layer.Layer)).Distinct()], context.Cancellation);
        var constants = new ConstantLookup(context.Model.Graph);
        var (trained, series) = (new List<TrainedLayer>(), new List<Series>());
        foreach (var layer in chosen)
        {
            context.Progress.Report(new MethodProgress(layer.Layer.Name, trained.Count, chosen.Count));
            var moment = context.ActivationStatistics[MomentKey.Of(layer.Layer)];
            var fit = new LayerFit(
                context.Engine.LinearAlgebra,
                options,
                StoredWeight.Read(layer.Layer, constants[layer.Layer.Weight]),
                [.. moment.Sigma.Select((_, group) => MomentPreparation.Prepare(moment, group, centred: false, shrink: null))]);
            var (copy, objective) = fit.Run(layer.Set!, context.Cancellation);
            trained.Add(new TrainedLayer(layer.Layer, copy.Value, copy, null) { RelativeError = fit.RelativeError(copy.Value) });
            series.Add(
                new Series("objective", layer.Layer.Name, "sweep", "objective of the layer", [.. objective.Select((value, k) => new SeriesPoint(k, value))])
            );
        }

        return new Training(trained, series, []);
    }
}
