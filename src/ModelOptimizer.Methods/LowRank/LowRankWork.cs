using System.Numerics.Tensors;
using ModelOptimizer.Methods.Sequential;
using ModelOptimizer.Tensors.Statistics;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>One run's context, options and selected layers.</summary>
internal sealed class LowRankWork
{
    private readonly ConstantLookup _constants;
    private readonly Dictionary<string, ILayerSolver>? _kept;
    private (string? Layer, ILayerSolver? Solver) _last;

    /// <param name="context">The run's context.</param>
    /// <param name="options">The step's options.</param>
    /// <param name="factorization">The method's.</param>
    /// <param name="keptBytes">Solvers hold copies of Σ: those of models below this are kept, of larger ones only the last.</param>
    /// <exception cref="DiagnosticException">A layer rule matches nothing, or there is no data for the norm.</exception>
    public LowRankWork(StepContext context, LowRankOptions options, IFactorization factorization, double keptBytes = 1e9)
    {
        Context = context;
        Options = options;
        Factorization = factorization;
        _constants = new ConstantLookup(context.Model.Graph);
        All = LayerFinder.FindAll(context.Model);
        string? Obstacle(WeightLayer layer) =>
            (options.Storage != FactorStorage.Chain || layer.IsInsideCell) && context.Model.Opset < Opsets.Broadcast
                ? $"its weight cannot be multiplied out in opset {context.Model.Opset}; that takes opset {Opsets.Broadcast}"
                : null;
        Layers = [.. LayerSelector.Select(All, options.Layers).Select(layer => FactorLayer.From(layer, context.Shapes, factorization, Obstacle(layer)))];
        Candidates = [.. Layers.Where(layer => layer.Reason is null)];
        Costs = new CostModel(context, options);
        _kept = Candidates.Sum(MemoryOf) < keptBytes ? new(StringComparer.Ordinal) : null;
        if (NeedsData && context.Calibration is null && Candidates.Count > 0)
        {
            throw new DiagnosticException(
                MethodCodes.NoCalibration,
                "'norm: covariance' measures the layers' inputs and the model has no calibration data. Add 'calibrate: { dataset: … }' or 'calibrate: { "
                    + "random: 64 }' to the model, or write 'norm: frobenius'.",
                options.Position
            );
        }
    }

    public StepContext Context { get; }

    public LowRankOptions Options { get; }

    public IFactorization Factorization { get; }

    /// <summary>Every layer of the model.</summary>
    public IReadOnlyList<WeightLayer> All { get; }

    /// <summary>The selected layers.</summary>
    public IReadOnlyList<FactorLayer> Layers { get; }

    /// <summary>The selected layers that nothing stands against.</summary>
    public IReadOnlyList<FactorLayer> Candidates { get; private set; }

    public CostModel Costs { get; }

    /// <summary>Whether the solvers of all layers fit into memory together.</summary>
    public bool KeepsSolvers => _kept is not null;

    public bool NeedsData => Options.Norm == FactorNorm.Covariance;

    /// <summary>Whether the last factors of a layer make up for the layers before it.</summary>
    public bool IsSequential => Options.IsSequential && NeedsData && !Factorization.IsPublished;

    /// <summary>Collects the moments, and sorts out the layers whose numbers cannot be used.</summary>
    /// <returns>The layers that fell out, with the reasons.</returns>
    public IReadOnlyList<FactorLayer> Measure()
    {
        if (NeedsData)
        {
            Context.Progress.Report(new MethodProgress("second moments", 0, 1));
            Context.ActivationStatistics.Require([.. Candidates.Select(layer => layer.Moment).OfType<MomentKey>().Distinct()], Context.Cancellation);
        }

        var judged = Candidates
            .Select(layer =>
                layer with
                {
                    Reason = NumericObstacle.Find(
                        layer,
                        Options,
                        _constants,
                        NeedsData && layer.Moment is { } moment ? Context.ActivationStatistics[moment] : null),
                }
            )
            .ToList();
        Candidates = [.. judged.Where(layer => layer.Reason is null)];
        return [.. judged.Where(layer => layer.Reason is not null)];
    }

    public ILayerSolver SolverOf(FactorLayer layer)
    {
        Context.Cancellation.ThrowIfCancellationRequested();
        if (_kept is null)
        {
            // What looks at a layer does so several times before it goes on to the next.
            if (_last.Layer != layer.Name)
            {
                _last = default;
                _last = (layer.Name, Solver(layer));
            }

            return _last.Solver!;
        }

        if (!_kept.TryGetValue(layer.Name, out var solver))
        {
            solver = Solver(layer);
            _kept.Add(layer.Name, solver);
        }

        return solver;
    }

    /// <summary>
    /// A layer at a point of its curve, to look at what it does to a model's outputs: a convolution as one kernel, since a chain's first factor may make many
    /// times as many numbers of an image as the layer.
    /// </summary>
    public LayerReplacement Sketched(FactorLayer layer, RankPair ranks)
    {
        var chain = SolverOf(layer).Reconstructed(ranks);
        return layer.Layer.Kind != LayerKind.Conv ? chain : chain with
        {
            Factors = new FactorTensors(null, [new CoreTensor(chain.Factors.Product(Context.Engine.LinearAlgebra, layer.Shape.Groups))], null),
        };
    }

    /// <summary>The numbers of a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="fit">What it is to become by now, in place of its weight as it is; null for that.</param>
    public LayerNumbers Numbers(FactorLayer layer, RidgeFit? fit = null) => new(Context, Options, layer, _constants, fit);

    /// <summary>What a rewrite of a layer will do besides its factors.</summary>
    public LayerPlan PlanOf(FactorLayer layer) => LayerPlan.Of(layer, Options, _constants);

    private ILayerSolver Solver(FactorLayer layer)
    {
        var numbers = Numbers(layer);
        return layer.Form is MatrixForm ? new MatrixSolver(numbers) : Factorization.Solver(numbers);
    }

    /// <summary>Bytes that a layer's solver holds: Σ, or the samples' span, and the weight, its product with Σ, and a part of both.</summary>
    public double MemoryOf(FactorLayer layer)
    {
        double size = layer.Shape.Inputs * layer.Shape.Taps;
        return MomentBytes.Of(Context, layer.Layer) + (sizeof(double) * layer.Shape.Groups * 3 * size * layer.Shape.Outputs);
    }
}

/// <summary>1×1 kernels and matrices: every factorization of theirs has the same best form, which is closed.</summary>
internal sealed class MatrixSolver(LayerNumbers numbers) : ILayerSolver
{
    private IReadOnlyList<OutputTruncation>? _truncations;

    private IReadOnlyList<OutputTruncation> Truncations => _truncations ??= Truncate(numbers);

    public SolvedLayer Solve(RankPair ranks, LayerNumbers? now = null)
    {
        var (under, truncations) = now is null ? (numbers, Truncations) : (now, Truncate(now));
        return new(Factors(under, truncations, ranks), Math.Sqrt(truncations.Sum(truncation => truncation.Error(ranks.Output)) / under.Energy), under.Note);
    }

    public LayerReplacement Reconstructed(RankPair ranks) => Factors(numbers, Truncations, ranks);

    public IEnumerable<CurvePoint> Curve(int multiple)
    {
        var form = (MatrixForm)numbers.Layer.Form;
        return Enumerable.Range(1, form.Full).Select(form.At).Where(numbers.Layer.IsWorthwhile).Select(ranks => new CurvePoint(ranks, Error(ranks.Output)));
    }

    private double Error(int rank) => Truncations.Sum(truncation => truncation.Error(rank)) / numbers.Energy;

    private static IReadOnlyList<OutputTruncation> Truncate(LayerNumbers numbers) => [.. numbers.Problems.Select(problem => new OutputTruncation(problem))];

    private static LayerReplacement Factors(LayerNumbers numbers, IReadOnlyList<OutputTruncation> truncations, RankPair ranks)
    {
        var groups = truncations.Select(truncation => truncation.Factors(ranks.Output)).ToList();
        var tensors = new FactorTensors(
            null,
            [new CoreTensor(FactorTensors.Stack(groups.Select(factors => factors.Core)))],
            FactorTensors.Stack(groups.Select(factors => factors.Output))
        );
        var algebra = numbers.Algebra;
        return numbers.Replacement(tensors, group => algebra.Multiply(groups[group].Output, groups[group].Core));
    }
}

/// <summary>Why a layer's numbers cannot be used.</summary>
internal static class NumericObstacle
{
    public static string? Find(FactorLayer layer, LowRankOptions options, ConstantLookup constants, SecondMoment? moment)
    {
        var kernel = LayerKernel.Read(layer.Layer, constants, options.Fold);
        if (!kernel.Groups.All(weight => double.IsFinite(TensorPrimitives.SumOfSquares<double>(weight.Values))))
        {
            return "its weight has numbers that are not finite";
        }

        if (kernel.Groups.All(weight => TensorPrimitives.SumOfSquares<double>(weight.Values) == 0))
        {
            return "its weight is zero";
        }

        if (moment is null)
        {
            return null;
        }

        IReadOnlyList<Matrix> parts = moment.Span is { } span ? [span] : moment.Sigma;
        if (!parts.All(sigma => double.IsFinite(TensorPrimitives.Sum<double>(sigma.Values))))
        {
            return "its input on the calibration data is not finite";
        }

        if (parts.All(sigma => TensorPrimitives.SumOfSquares<double>(sigma.Values) == 0))
        {
            return "its input on the calibration data is zero";
        }

        return !options.Centred ? null
            : layer.Layer.Kind == LayerKind.Recurrent ? "a centred moment moves a bias, which a recurrent cell adds inside: 'moment: uncentred' takes it"
            : layer.Layer.Bias is not null && kernel.MovableBias(layer.Layer) is null ? "its bias is not a constant vector, which the centred moment would move"
            : null;
    }
}
