using System.Numerics.Tensors;
using ModelOptimizer.Methods.Ranks;
using ModelOptimizer.Methods.Tucker.Rewriting;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.Tucker;

/// <summary>All groups of one layer, ready to be decomposed. Holds copies of Σ: make one, use it, let it go.</summary>
internal sealed class LayerSolver
{
    private readonly ILinearAlgebra _algebra;
    private readonly TuckerOptions _options;
    private readonly LayerKernel _kernel;
    private readonly SecondMoment? _moment;
    private readonly IReadOnlyList<TuckerProblem> _problems;
    private readonly CancellationToken _cancellation;
    private readonly Dictionary<int, IReadOnlyList<TracedPoint>> _traces = [];

    public LayerSolver(MethodContext context, TuckerOptions options, TuckerLayer layer, ConstantLookup constants)
    {
        _algebra = context.Engine.LinearAlgebra;
        _options = options;
        _cancellation = context.Cancellation;
        Layer = layer;
        _kernel = LayerKernel.Read(layer.Layer, constants, options.Fold);
        _moment = options.Norm == TuckerNorm.Covariance ? context.Statistics[layer.Moment] : null;
        _problems = [.. _kernel.Groups.Select((weight, group) => new TuckerProblem(_algebra, weight, layer.Shape.Taps, Metric(group)))];
        var energy = _problems.Sum(problem => problem.Energy);
        Energy = energy > 0 ? energy : 1;
    }

    public TuckerLayer Layer { get; }

    public IReadOnlyList<TuckerProblem> Problems => _problems;

    /// <summary>tr(WΣWᵀ) over all groups; 1 where the data never excites the kernel, so that every error is 0 and not 0/0.</summary>
    public double Energy { get; }

    /// <summary>What the report adds: the BatchNormalization, and too few windows.</summary>
    public string? Note
    {
        get
        {
            var normalization = Layer.Layer.BatchNormalization is null ? null : _kernel.Folded ? "bn: folded" : "bn: unfolded";
            var windows = _moment is null ? null : MomentPreparation.Note(_moment.Count, _moment.Sigma[0].Rows, _options.Shrink);
            string[] notes = [.. new[] { normalization, windows }.OfType<string>()];
            return notes.Length == 0 ? null : string.Join("; ", notes);
        }
    }

    /// <summary>Decomposes every group.</summary>
    /// <returns>The replacement and the layer's relative error e.</returns>
    public (LayerReplacement Replacement, double RelativeError) Solve(RankPair ranks)
    {
        var settings = Effort.Final(Layer.Shape, ranks, _options) with { Cancellation = _cancellation };
        // From the same start whoever chose the ranks, so that a lock file leads to the same bytes as the search before it. The published variant has its own.
        var start = settings.Variant == TuckerVariant.Published ? null : Start(ranks);
        var factors = new List<TuckerFactors>();
        var squared = 0.0;
        for (var group = 0; group < _problems.Count; group++)
        {
            var solution = new TuckerSolver(_problems[group], settings).Solve(ranks.Output, ranks.Input, start?[group]);
            factors.Add(solution.Factors);
            squared += solution.SquaredError;
        }

        return (Replacement(ranks, factors), Math.Sqrt(squared / Energy));
    }

    /// <summary>The layer at a point of its curve, without further sweeps.</summary>
    public LayerReplacement Reconstructed(RankPair ranks) => Replacement(ranks,
    [
        .. _problems.Select((problem, group) => Start(ranks) is { } start
            ? new JointStep(problem, start[group], _options.Jitter).Factors(ranks.Output)
            : new OutputTruncation(problem).Factors(ranks.Output)),
    ]);

    /// <summary>The curve at one R_S, traced once.</summary>
    public IReadOnlyList<TracedPoint> Trace(int inputRank)
    {
        if (!_traces.TryGetValue(inputRank, out var points))
        {
            _traces[inputRank] = points = InputRankTrace.Of(this, inputRank, _options.Jitter, _cancellation);
        }

        return points;
    }

    /// <summary>The U_S of the curve at these ranks, on its grid or not; null where the closed form needs none.</summary>
    private IReadOnlyList<Matrix>? Start(RankPair ranks) =>
        Layer.Shape.IsMatrix || ranks.Input == Layer.Shape.Inputs ? null : Trace(ranks.Input).FirstOrDefault(point => point.Ranks == ranks)?.Start;

    /// <summary>The chain's weights, and its bias where that changes.</summary>
    public LayerReplacement Replacement(RankPair ranks, IReadOnlyList<TuckerFactors> factors) =>
        new(Layer.Layer, ranks, FactorTensors.Of(_algebra, Layer.Shape, ranks, factors), Bias(factors), _kernel.Folded);

    private double[]? Bias(IReadOnlyList<TuckerFactors> factors)
    {
        if (!_options.Centred || _moment is null)
        {
            return _kernel.Folded ? _kernel.Bias : null;
        }

        // b~ = b + (W − W~)·μ, with Gemm's factors of the product and of the bias.
        var layer = Layer.Layer;
        var bias = _kernel.MovableBias(layer) ?? new double[layer.OutputChannels];
        for (var group = 0; group < factors.Count; group++)
        {
            var approximation = TapOrder.ColumnsToChannelMajor(factors[group].Reconstruct(_algebra), Layer.Shape.Taps);
            for (var t = 0; t < approximation.Rows; t++)
            {
                var mean = _moment.Mean[group];
                var moved = TensorPrimitives.Dot(_kernel.Groups[group].Row(t), mean) - TensorPrimitives.Dot(approximation.Row(t), mean);
                bias[(group * approximation.Rows) + t] += layer.Alpha * moved;
            }
        }

        return bias;
    }

    private ITuckerMetric Metric(int group) => _moment is null
        ? new FrobeniusMetric(_algebra, Layer.Shape.Taps)
        : new CovarianceMetric(_algebra, MomentPreparation.Prepare(_moment, group, _options.Centred, _options.Shrink), Layer.Shape.Taps, _options.Jitter, _cancellation);
}
