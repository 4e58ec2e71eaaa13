using System.Numerics.Tensors;
using ModelOptimizer.Methods.Sequential;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>The kernels and Σ of all groups of one layer, and what a replacement keeps of the layer. Holds copies of Σ: make one, use it, let it go.</summary>
internal sealed class LayerNumbers
{
    private readonly StepContext _context;
    private readonly LowRankOptions _options;
    private readonly LayerKernel _kernel;
    private readonly RidgeFit? _fit;

    // Without Σ, of which each problem has a copy.
    private readonly SecondMoment? _moment;

    /// <param name="context">The run's context.</param>
    /// <param name="options">The step's options.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="constants">Where its weight is.</param>
    /// <param name="fit">Weight and moments in place of its own; whoever solved it moves the bias.</param>
    public LayerNumbers(StepContext context, LowRankOptions options, FactorLayer layer, ConstantLookup constants, RidgeFit? fit = null)
    {
        Algebra = context.Engine.LinearAlgebra;
        _context = context;
        _options = options;
        Layer = layer;
        _fit = fit;
        _kernel = LayerKernel.Read(layer.Layer, constants, options.Fold);
        if (fit is not null)
        {
            var groups = _kernel.Groups.Count;
            _kernel = _kernel with { Groups = [.. Enumerable.Range(0, groups).Select(group => FactorTensors.Group(fit.Weight, group, groups))] };
        }

        var moment = fit is not null ? fit.Moment
            : options.Norm == FactorNorm.Covariance && layer.Moment is { } key ? context.ActivationStatistics[key]
            : null;
        Problems = [.. _kernel.Groups.Select((weight, group) => new KernelProblem(Algebra, weight, layer.Shape.Taps, Metric(moment, group)))];
        _moment = moment is null ? null : moment with { Sigma = [] };
        var energy = Problems.Sum(problem => problem.Energy) + (fit is null ? 0 : fit.MeanEnergy);
        Energy = energy > 0 ? energy : 1;
    }

    public FactorLayer Layer { get; }

    public ILinearAlgebra Algebra { get; }

    public Jitter Jitter => _options.Jitter;

    public CancellationToken Cancellation => _context.Cancellation;

    public int Seed => _context.Seed;

    public IReadOnlyList<KernelProblem> Problems { get; }

    /// <summary>tr(WΣWᵀ) over all groups; 1 where the data never excites the kernel, so that every error is 0 and not 0/0.</summary>
    public double Energy { get; }

    /// <summary>What the report adds: the BatchNormalization, and too few windows.</summary>
    public string? Note
    {
        get
        {
            var normalization = Layer.Layer.BatchNormalization is null ? null
                : _kernel.Folded ? "bn: folded"
                : Layer.Layer.IsBiasGiven ? "bn: unfolded, since the bias is also an input of the graph"
                : "bn: unfolded";
            var windows = _moment is null ? null : MomentPreparation.Note(_moment.Count, _moment.Mean[0].Length, _options.Shrink);
            var unseen = _options.Norm == FactorNorm.Covariance && Layer.Moment is null ? "norm: frobenius, since its hidden states are no output" : null;
            string[] notes = [.. new[] { normalization, windows, unseen }.OfType<string>()];
            return notes.Length == 0 ? null : string.Join("; ", notes);
        }
    }

    /// <summary>Numbers of this layer, kept from one run to the next.</summary>
    /// <param name="what">What they are, with everything they depend on besides the layer and how its errors are measured.</param>
    /// <param name="compute">Computes them where they are not there.</param>
    public double[] Stored(string what, Func<double[]> compute) => _context.Numbers($"{what} of {Layer.Name}: {_options.Measurement}", compute);

    /// <summary>A layer from the solutions of its groups.</summary>
    public SolvedLayer Solved<T>(IReadOnlyList<Solution<T>> groups, Func<IReadOnlyList<T>, LayerReplacement> replacement) =>
        new(replacement([.. groups.Select(group => group.Factors)]), Math.Sqrt(groups.Sum(group => group.SquaredError) / Energy), Note);

    /// <summary>The chain's weights, and its bias where that changes.</summary>
    /// <param name="tensors">The weights.</param>
    /// <param name="approximation">W~ of a group, tap-major.</param>
    public LayerReplacement Replacement(FactorTensors tensors, Func<int, Matrix> approximation) =>
        new(Layer.Layer, tensors, Bias(approximation), _kernel.Folded);

    /// <summary>The layer as it is, with what a replacement takes into it.</summary>
    public LayerReplacement Dense() => Replacement(
        new FactorTensors(null, [new CoreTensor(FactorTensors.Stack(_kernel.Groups))], null),
        group => Problems[group].Weight);

    private double[]? Bias(Func<int, Matrix> approximation)
    {
        if (!_options.Centred || _moment is null || _fit is not null)
        {
            return _kernel.Folded ? _kernel.Bias : null;
        }

        // b~ = b + (W − W~)·μ, with Gemm's factors of the product and of the bias.
        var layer = Layer.Layer;
        var bias = _kernel.MovableBias(layer) ?? new double[layer.OutputChannels];
        for (var group = 0; group < Problems.Count; group++)
        {
            var kernel = TapOrder.ColumnsToChannelMajor(approximation(group), Layer.Shape.Taps);
            for (var t = 0; t < kernel.Rows; t++)
            {
                var mean = _moment.Mean[group];
                var moved = TensorPrimitives.Dot(_kernel.Groups[group].Row(t), mean) - TensorPrimitives.Dot(kernel.Row(t), mean);
                bias[(group * kernel.Rows) + t] += layer.Alpha * moved;
            }
        }

        return bias;
    }

    private IKernelMetric Metric(SecondMoment? moment, int group) =>
        moment is null ? new FrobeniusMetric(Algebra, Layer.Shape.Taps)
            : moment.Span is not null && Layer.Form is MatrixForm
            ? new SpanMetric(Algebra, moment, _options.Centred && _fit is null, _options.Shrink)
            : new CovarianceMetric(
                Algebra,
                MomentPreparation.Prepare(moment, group, _options.Centred && _fit is null, _options.Shrink),
                Layer.Shape.Taps,
                _options.Jitter,
                Cancellation
            );
}

/// <summary>Σ = I: the plain Frobenius problem, whose input step is closed.</summary>
internal sealed class FrobeniusMetric(ILinearAlgebra algebra, int taps) : IKernelMetric
{
    public Matrix Times(Matrix rows) => rows.Clone();

    public Matrix? MeanRoot() => null;

    public Matrix CoreGram(Matrix inputFactor)
    {
        var gram = algebra.Multiply(inputFactor, inputFactor, transposeA: true);
        var rank = gram.Rows;
        var result = new Matrix(taps * rank, taps * rank);
        for (var k = 0; k < taps; k++)
        {
            for (var q = 0; q < rank; q++)
            {
                gram.Row(q).CopyTo(result.Row((k * rank) + q)[(k * rank)..]);
            }
        }

        return result;
    }

    public Matrix SolveInput(Matrix gramOfCore, Matrix right, Matrix start, InnerAccuracy accuracy)
    {
        var factor = Regularized.Cholesky(algebra, TapSums.OfDiagonalBlocks(gramOfCore, taps), Jitter.Relative);
        return algebra.CholeskySolve(factor, right);
    }
}
