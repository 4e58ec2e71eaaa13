using ModelOptimizer.Methods.Common;
using ModelOptimizer.Pipeline.Compression;

namespace ModelOptimizer.Pipeline.Search;

/// <summary>What a later step does to what the first one leaves of a layer.</summary>
/// <param name="Step">The later step.</param>
/// <param name="Parts">Bits by the name of a factor.</param>
internal sealed record LaterBits(int Step, IReadOnlyDictionary<string, Choice> Parts)
{
    /// <summary>The choices in a few characters, such as <c>5/8/5 bits</c>.</summary>
    public string Text => string.Join('/', Parts.Values.Select(choice => choice.Text).Distinct().Count() == 1
        ? [Parts.Values.First().Text]
        : Parts.Values.Select(choice => choice.Text));
}

/// <summary>
/// Ranks and bits of one layer: the factors that one step makes are layers for a later step that rounds weights. What rounding them does is measured once, on a
/// model in which every layer has ranks from the middle of its options: the relative error of so many bits hardly depends on the ranks. Their bytes are scaled
/// by the size of the factors. Both are estimates, and every candidate is built and measured as it is.
/// </summary>
internal sealed class BitsAfterFactors
{
    // Ways to spread bits over the factors of a layer.
    private const int MostPlans = 6;
    private const double BytesOfNumber = sizeof(float);

    private readonly int _later;
    private readonly Dictionary<string, (IReadOnlyList<BitPlan> Plans, double Whole, double Probed)> _layers = new(StringComparer.Ordinal);

    private BitsAfterFactors(int later) => _later = later;

    /// <summary>Applies <paramref name="first"/> with middle ranks, and asks the later step what it could do to the factors.</summary>
    /// <param name="compressor">Applies steps.</param>
    /// <param name="before">The model before the searched steps.</param>
    /// <param name="first">The step that makes factors, prepared on it.</param>
    /// <param name="offered">What it offers.</param>
    /// <param name="later">The number of the step that rounds.</param>
    public static BitsAfterFactors Measure(ModelCompressor compressor, CompressedModel before, IStep first, IReadOnlyList<LayerChoices> offered, int later)
    {
        var result = new BitsAfterFactors(later);
        var made = first.Apply(offered.ToDictionary(layer => layer.Layer, Middle, StringComparer.Ordinal));
        var step = compressor.Prepare(compressor.LeaveOut(before with { Model = made.Model }, later), later);
        var offers = step.Choices();
        var choices = offers.ToDictionary(layer => layer.Layer, layer => layer.Choices, StringComparer.Ordinal);
        foreach (var outcome in made.Layers.Where(outcome => outcome.Choice is not Choice.Keep))
        {
            var nodes = ReplacedLayers.PartsOf(outcome.Layer, before.Model, made.Model);
            var parts = offers.Where(layer => layer.FactorOf == outcome.Layer || nodes.Contains(layer.Layer)).Select(layer => layer.Layer).ToList();
            if (parts.Count > 0)
            {
                result._layers.Add(
                    outcome.Layer,
                    (Plans(parts, choices), BytesOfNumber * outcome.ParametersBefore, BytesOfNumber * outcome.ParametersAfter));
            }
        }

        return result;
    }

    /// <summary>The options of a layer, factors with bits.</summary>
    public IEnumerable<StepChoice> Of(string layer, StepChoice factors) => !_layers.TryGetValue(layer, out var known) ? [] : known.Plans.Select(plan =>
    {
        var size = Math.Max(0, known.Whole + factors.Choice.Bytes) / known.Probed;
        var bytes = factors.Choice.Bytes + (plan.Bytes * size);
        var effect = factors.Choice.Effect + plan.Penalty;
        return new StepChoice(factors.Step, factors.Choice with { Bytes = bytes, Penalty = effect, Effect = effect })
        {
            Then = new LaterBits(_later, plan.Parts),
        };
    });

    private static Choice Middle(LayerChoices layer)
    {
        var smaller = layer.Choices.Where(choice => choice is not Choice.Keep).ToList();
        var half = smaller.Min(choice => choice.Bytes) / 2;
        return smaller.OrderBy(choice => Math.Abs(choice.Bytes - half)).ThenBy(choice => choice.Penalty).First();
    }

    // Between the fewest bits for all and the most, at sizes in equal steps.
    private static List<BitPlan> Plans(List<string> parts, Dictionary<string, IReadOnlyList<Choice>> choices)
    {
        List<List<Alternative<Choice>>> options =
        [
            .. parts.Select(part => LagrangianAllocator.Front<Choice>(
                [.. choices[part].Where(choice => choice is Choice.Bits).Select(choice => new Alternative<Choice>(choice, choice.Bytes, choice.Penalty))])),
        ];
        var (least, most) = (options.Sum(front => front[0].Cost), options.Sum(front => front[^1].Cost));
        return [.. Enumerable.Range(0, MostPlans)
            .Select(index => LagrangianAllocator.Choose(options, least + ((most - least) * index / (MostPlans - 1))))
            .OfType<IReadOnlyList<Alternative<Choice>>>()
            .Select(chosen => new BitPlan(
                parts.Zip(chosen).ToDictionary(pair => pair.First, pair => pair.Second.Item, StringComparer.Ordinal),
                chosen.Sum(option => option.Cost),
                chosen.Sum(option => option.Penalty)))
            .DistinctBy(plan => plan.Bytes)];
    }

    private sealed record BitPlan(IReadOnlyDictionary<string, Choice> Parts, double Bytes, double Penalty);
}
