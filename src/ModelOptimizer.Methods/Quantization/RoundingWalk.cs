using ModelOptimizer.Methods.Sequential;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>
/// Rounds weights layer after layer: each layer is first solved anew for what it reads by then, and its bias takes the mean error. Of a weight that is made of
/// factors the early ones are rounded as they are, and the last is solved anew for what these make of the layer's input.
/// </summary>
/// <param name="context">Model, samples and engine.</param>
/// <param name="names">The weights, by the names of their targets.</param>
/// <param name="position">Where the step is written.</param>
internal sealed class RoundingWalk(StepContext context, IReadOnlySet<string> names, SourcePosition? position)
{
    private const int WeightCopies = 6;

    /// <summary>Whether a weight is rounded for what its layer reads by then: its one reader is a layer whose inputs can be measured.</summary>
    public static bool IsWalked(WeightTarget target) => target is { Measured: [{ TransA: false }] };

    /// <summary>
    /// Bytes, besides the models, of a walk with the moments and factors of the largest weight, and the operations of solving and rounding all of them.
    /// </summary>
    /// <param name="context">The step's.</param>
    /// <param name="targets">The weights that are walked.</param>
    public static (double Bytes, double Flops) Predicted(StepContext context, IReadOnlyCollection<WeightTarget> targets)
    {
        if (targets.Count == 0)
        {
            return (0, 0);
        }

        var (largest, flops, samples) = (0.0, 0.0, Samples(targets));
        foreach (var target in targets)
        {
            double width = target.Axis!.Width;
            var layer = target.Measured.Count == 1 ? target.Measured[0] : target.Layer;
            double groups = layer.Window?.Group ?? 1;
            // The weight as it is and solved, what becomes of it, the difference, and products of these.
            var copies = WeightCopies * sizeof(double) * (double)layer.WeightCount;
            var rounded = copies + SequentialWalk.SolveBytes(context, layer, samples) + IRounding.Bytes(context, layer, samples);
            largest = Math.Max(largest, rounded + SequentialWalk.KeptBytes(context, layer, samples));
            flops += (groups * (RidgeFit.Factors + 1) * Math.Pow(width, 3) / 3) + (12 * target.Axis.Count * width * width);
        }

        return (largest, flops);
    }

    /// <summary>Walks once. The weights come in the order of the model.</summary>
    /// <param name="round">Rounds a weight: the solution, for what the layer reads by then, or the weight as it is where there is none.</param>
    /// <param name="memory">Of walks that may begin alike.</param>
    /// <param name="decision">What is decided for a weight, in a word.</param>
    public IReadOnlyList<RoundedWeight> Run(
        Func<WeightTarget, RidgeFit?, RoundedWeight> round,
        WalkMemory<RoundedWeight> memory,
        Func<WeightTarget, string> decision)
    {
        var changed = context.Model.Clone();
        List<WeightTarget> targets = [.. TargetFinder.Find(changed, context.Shapes).Where(target => names.Contains(target.Name))];
        var samples = Samples(targets);
        using var walk = new SequentialWalk(context, changed, targets.Select(target => target.Layer), samples);
        var constants = new ConstantLookup(changed.Graph);
        var results = new List<RoundedWeight>();
        var decided = $"{samples} samples\n";
        Reached? reached = null;
        foreach (var target in targets)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Progress.Report(new MethodProgress(target.Name, results.Count, targets.Count));
            // The factors of a weight follow each other.
            reached = !IsWalked(target) ? null
                : reached is not null && reached.Layer.Node == target.Layer.Node ? reached
                : new Reached(walk, target.Measured[0]);
            var now = reached;
            // Which shortcut is known depends on whether a layer in it is still to come.
            decided += $"{target.Name}: {decision(target)} {now?.Place?.Shortcut}\n";
            var result = memory.Find(decided, () => Rounded(target, now, walk, constants, round), reader => StoredRounding.Read(reader, target));
            walk.Pass(target.Layer);
            if (result.Obstacle is null)
            {
                WeightValues.Write(constants[target.Layer.Weight], result.Tensor.Values());
                result.Bias?.Apply(changed);
            }

            results.Add(result);
        }

        return results;
    }

    private static int Samples(IEnumerable<WeightTarget> targets) =>
        SequentialWalk.EnoughSamples(targets.Where(IsWalked).Select(target => target.Measured[0]));

    private RoundedWeight Rounded(
        WeightTarget target,
        Reached? reached,
        SequentialWalk walk,
        ConstantLookup constants,
        Func<WeightTarget, RidgeFit?, RoundedWeight> round)
    {
        var weight = reached?.Place is null ? null : WeightRounder.Read(target, constants.Find(target.Layer.Weight)!, position);
        var fit = weight is null ? null : reached!.Fit(target, weight, context.Engine.LinearAlgebra);
        var result = round(target, fit);
        var isEarly = target is { Through: not null, Maps: null };
        return fit is null ? result : result with
        {
            Bias = isEarly ? null : walk.Bias(reached!.Layer, fit, target.Axis!.ToRows(result.Tensor.Values())),
            Note = Note(result.Note, fit),
        };
    }

    private static string? Note(string? note, RidgeFit fit)
    {
        var few = FormattableString.Invariant($"{fit.Count} windows for {fit.Weight.Columns} directions: more calibration data would help");
        return fit.Count >= SequentialWalk.FewRows * (long)fit.Weight.Columns ? note : string.Join("; ", new[] { note, few }.OfType<string>());
    }

    /// <summary>A layer that a walk has come to, with the moments of what it reads and shall give, where somebody asks for them.</summary>
    private sealed class Reached(SequentialWalk walk, WeightLayer layer)
    {
        private (CrossMoments Fit, CrossMoments Held)? _moments;

        public WeightLayer Layer => layer;

        public SequentialWalk.Place? Place { get; } = walk.Reach(layer);

        /// <summary>What is rounded of a weight of the layer, and under which moments; null where these are not finite.</summary>
        public RidgeFit? Fit(WeightTarget target, Matrix weight, ILinearAlgebra algebra)
        {
            var (fit, held) = _moments ??= walk.Moments(Place!);
            if (!fit.IsFinite || !held.IsFinite)
            {
                return null;
            }

            if (target.Through is null)
            {
                return walk.Solve(layer, weight, fit, held);
            }

            return target.Maps is { } maps && maps(algebra) is var map
                ? walk.Solve(layer, weight, fit.Mapped(map), held.Mapped(map))
                : RidgeFit.Of(weight, target.Through(algebra, fit.With(held)));
        }
    }
}
