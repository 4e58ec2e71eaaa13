namespace ModelOptimizer.Pipeline.Plan;

/// <summary>Random inputs.</summary>
/// <param name="Samples">How many samples.</param>
internal sealed record RandomPlan(int Samples)
{
    // Plans that say as little are equal.
    private static readonly Dictionary<string, (IReadOnlyList<int> Extents, SourcePosition Position)> NoShapes = [];
    private static readonly Dictionary<string, (double Low, double High, SourcePosition Position)> NoRanges = [];

    private static readonly Form<Node> ShapeMap = Forms.Map(
        Forms.List(Forms.Whole(1), "list of extents", "[3, 224, 224]", "is empty."),
        "input: [extents]");

    private static readonly Form<Node> RangeMap = Forms.Map(
        Forms.List(Forms.PlainNumber(), "from and to", "[0, 255]", "is empty."),
        "input: [from, to]");

    private static readonly Option<int?> SamplesKey = new("samples", Forms.Whole(1).OrNone(), "How many samples.")
    {
        IsRequired = true,
        Example = "64",
    };

    private static readonly Option<Node?> ShapesKey = new(
        "shapes",
        ShapeMap.OrNone(),
        "The extents of one sample of inputs with free dimensions. With the first dimension too, the model gets one sample in a run. Absent, shapes that the "
            + "model takes are found by trying.");

    private static readonly Option<Node?> RangesKey = new(
        "ranges",
        RangeMap.OrNone(),
        "From where to where the values of an input go, both included. Absent, floating-point inputs are normally distributed, images uniform from 0 to "
            + "1, and whole numbers follow from what reads them first.");

    private static KeySet Keys { get; } = new(SamplesKey, ShapesKey, RangesKey);

    /// <summary><c>64</c>, or <c>{ samples: 64, shapes: { x: [3, 48, 192] }, ranges: { ids: [0, 30521] } }</c>.</summary>
    public static Form<RandomPlan> Form { get; } = new(
        "whole number, or { samples: 64, shapes: { x: [3, 48, 192] }, ranges: { ids: [0, 255] } }",
        () => Json.AnyOf(Forms.Whole(1).Schema(), SectionSchema.Of(Keys)),
        (node, what, paths) => node is MapNode ? Read(new Section(node, $"'{what}'", Keys, paths), paths) : new RandomPlan(node.AsInteger(what, 1)));

    /// <summary>Extents by input, as written.</summary>
    public IReadOnlyDictionary<string, (IReadOnlyList<int> Extents, SourcePosition Position)> Shapes { get; private init; } = NoShapes;

    /// <summary>The least and the largest value by input.</summary>
    public IReadOnlyDictionary<string, (double Low, double High, SourcePosition Position)> Ranges { get; private init; } = NoRanges;

    private static RandomPlan Read(Section section, ManifestPaths paths) => new(section.Read(SamplesKey)!.Value)
    {
        Shapes = Entries(section, ShapesKey).ToDictionary(
            entry => entry.Key.Text,
            entry => (Forms.List(Forms.Whole(1), "", "[3, 224, 224]", "is empty.").Read(entry.Value, entry.Key.Text, paths), entry.Key.Position),
            StringComparer.Ordinal),
        Ranges = Entries(section, RangesKey).ToDictionary(
            entry => entry.Key.Text,
            entry => Range(Forms.List(Forms.PlainNumber(), "", "[0, 255]", "is empty.").Read(entry.Value, entry.Key.Text, paths), entry.Key, entry.Value),
            StringComparer.Ordinal),
    };

    private static IReadOnlyList<(ScalarNode Key, Node Value)> Entries(Section section, Option<Node?> key) =>
        section.Read(key) is { } node ? node.AsMap(key.Name).Entries : [];

    private static (double, double, SourcePosition) Range(IReadOnlyList<double> values, ScalarNode key, Node written) =>
        values is [var low, var high] && low <= high
            ? (low, high, key.Position)
            : throw NodeValues.Bad(written, $"'{key.Text}' expects two numbers, the smaller first, such as [0, 255]; found {written}.");
}
