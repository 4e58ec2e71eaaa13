namespace ModelOptimizer.Methods.Options;

/// <summary>The declaration of one key of a method's step in the manifest.</summary>
/// <param name="Name">The key.</param>
/// <param name="Kind">What its value looks like.</param>
/// <param name="Summary">One line for help, schema and documentation.</param>
/// <param name="Default">The value taken when the key is absent, as it would be written; null when there is none.</param>
internal sealed record MethodOption(string Name, OptionKind Kind, string Summary, string? Default = null)
{
    /// <summary>For <see cref="OptionKind.Choice"/> and <see cref="OptionKind.ChoiceByLayer"/>: the words allowed.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>For numbers: the least allowed, inclusive.</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>For numbers: the largest allowed, inclusive.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>At most one option of a group may be given; null when the option stands alone.</summary>
    public string? ExclusiveGroup { get; init; }
}
