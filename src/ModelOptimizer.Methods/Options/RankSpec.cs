namespace ModelOptimizer.Methods.Options;

/// <summary>Ranks of one layer as written: one number for all, one per mode (R_T, R_S), or a fraction of the full ranks.</summary>
internal sealed record RankSpec
{
    private const string Expected = "a whole number such as 16, a list such as [16, 8], or a percentage such as 50%";

    private static readonly Form<IReadOnlyList<int>> List =
        Forms.List(Forms.Whole(1), "ranks", "[16, 8]", "gives no ranks. Write one number for each mode, such as [16, 8].");

    private static readonly Form<RankSpec> One = new(
        "ranks",
        () => Json.AnyOf(Forms.Whole(1).Schema(), List.Schema(), Forms.Quantity(QuantityForm.Points).Schema()),
        (node, what, paths) => node is ListNode ? new RankSpec { Ranks = List.Read(node, what, paths) } : Read(node, what))
    {
        Write = (spec, paths) => Json.Sorted([new("ranks", List.Write(spec.Ranks, paths)), new("fraction", spec.Fraction)]),
    };

    /// <summary>Absolute ranks, one or one per mode; empty when <see cref="Fraction"/> is given.</summary>
    public IReadOnlyList<int> Ranks { get; init; } = [];

    /// <summary>The fraction of every full rank, 0 to 1; null when <see cref="Ranks"/> are given.</summary>
    public double? Fraction { get; init; }

    /// <summary>Ranks by hand, for all layers or by layer.</summary>
    public static Form<LayerMap<RankSpec>?> ByLayer { get; } =
        LayerForms.ByLayer(One, $"16, [R_T, R_S], 50%, {LayerForms.OrMap} one of these", "", "ranks", "{ \"*\": 50% }") with { Kind = "ranks" };

    private static RankSpec Read(Node node, string what)
    {
        var text = node.AsScalar(what, Expected).Text;
        if (!text.EndsWith('%'))
        {
            return long.TryParse(text, out _) ? new RankSpec { Ranks = [node.AsInteger(what, 1)] } : throw NodeValues.WrongType(node, what, Expected);
        }

        var fraction = QuantityReader.Read(node, what, QuantityForm.Points).Value;
        return fraction is > 0 and <= 1
            ? new RankSpec { Fraction = fraction }
            : throw NodeValues.Bad(node, $"'{what}' expects a percentage above 0% and up to 100%; found {text}.");
    }
}
