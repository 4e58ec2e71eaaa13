using ModelOptimizer.Methods.Sequential;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>Rounds weights layer after layer: each layer is first solved anew for what it reads by then, and its bias takes the mean error.</summary>
/// <param name="context">Model, samples and engine.</param>
/// <param name="names">The weights, by the names of their targets.</param>
/// <param name="position">Where the step is written.</param>
internal sealed class RoundingWalk(StepContext context, IReadOnlySet<string> names, SourcePosition? position)
{
    // A training behind may want thousands; rounding is no better for them where a sample has many windows.
    private const int EnoughSamples = 1024;

    // Fewer rows for each unknown and the solution learns the samples by heart.
    private const int FewRows = 4;

    /// <summary>Whether a weight is solved anew: its one reader is a layer whose inputs can be measured.</summary>
    public static bool IsWalked(WeightTarget target) => target is { Through: null, Measured: [{ TransA: false }] };

    /// <summary>Bytes of the moments and factors of the largest weight, and the operations of solving and rounding all of them.</summary>
    public static (long Bytes, double Flops) Predicted(IEnumerable<WeightTarget> targets)
    {
        var (largest, flops) = (0.0, 0.0);
        foreach (var target in targets)
        {
            double width = target.Axis!.Width;
            double groups = target.Layer.Window?.Group ?? 1;
            // Two moments, their means, and a factor with its copies.
            largest = Math.Max(largest, 8 * sizeof(double) * groups * width * width);
            flops += (groups * (RidgeFit.Factors + 1) * Math.Pow(width, 3) / 3) + (12 * target.Axis.Count * width * width);
        }

        return ((long)largest, flops);
    }

    /// <summary>Walks once. The weights come in the order of the model.</summary>
    /// <param name="round">Rounds a weight: the solution, for what the layer reads by then, or the weight as it is where there is none.</param>
    /// <param name="memory">Of walks that may begin alike; null where none do.</param>
    /// <param name="decision">What is decided for a weight, in a word.</param>
    public IReadOnlyList<RoundedWeight> Run(
        Func<WeightTarget, RidgeFit?, RoundedWeight> round,
        WalkMemory<RoundedWeight>? memory = null,
        Func<WeightTarget, string>? decision = null)
    {
        var changed = context.Model.Clone();
        List<WeightTarget> targets = [.. TargetFinder.Find(changed).Where(target => names.Contains(target.Name))];
        using var walk = new SequentialWalk(context, changed, targets.Select(target => target.Layer), Samples(targets));
        var constants = new ConstantLookup(changed.Graph);
        var results = new List<RoundedWeight>();
        var decided = "";
        foreach (var target in targets)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Progress.Report(new MethodProgress(target.Name, results.Count, targets.Count));
            var place = IsWalked(target) ? walk.Reach(target.Layer) : null;
            // Which shortcut is known depends on whether a layer in it is still to come.
            decided += $"{target.Name}: {decision?.Invoke(target)} {place?.Shortcut}\n";
            RoundedWeight Round() => Rounded(target, place, walk, constants, round);
            var result = memory is null ? Round() : memory.Find(decided, Round);
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

    // A dense layer may have one row a sample.
    private static int Samples(List<WeightTarget> targets) =>
        Math.Max(EnoughSamples, 2 * FewRows * targets.Where(target => IsWalked(target) && target.Layer.Window is null).Max(target => target.Axis?.Width) ?? 0);

    private RoundedWeight Rounded(
        WeightTarget target,
        SequentialWalk.Place? place,
        SequentialWalk walk,
        ConstantLookup constants,
        Func<WeightTarget, RidgeFit?, RoundedWeight> round)
    {
        var constant = constants.Find(target.Layer.Weight)!;
        var fit = place is not null ? walk.Fit(place, WeightRounder.Read(target, constant, position)) : null;
        var result = round(target, fit);
        return fit is null ? result : result with
        {
            Bias = walk.Bias(target.Layer, fit, target.Axis!.ToRows(result.Tensor.Values())),
            Note = Note(result.Note, fit),
        };
    }

    private static string? Note(string? note, RidgeFit fit)
    {
        var few = FormattableString.Invariant($"{fit.Count} windows for {fit.Weight.Columns} directions: more calibration data would help");
        return fit.Count >= FewRows * (long)fit.Weight.Columns ? note : string.Join("; ", new[] { note, few }.OfType<string>());
    }
}
