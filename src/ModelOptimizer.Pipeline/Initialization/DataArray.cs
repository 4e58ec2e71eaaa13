using ModelOptimizer.Pipeline.Datasets;

namespace ModelOptimizer.Pipeline.Initialization;

/// <summary>An array of the data.</summary>
/// <param name="Name">What a manifest calls it: its name in an archive, a column or several, or the path of its file.</param>
/// <param name="Header">Element type and shape.</param>
/// <param name="Columns">The columns or ranges that make it up, when there are several.</param>
internal sealed record DataArray(string Name, ArrayHeader Header, IReadOnlyList<string>? Columns = null)
{
    /// <summary>Whether its values can be the numbers of classes.</summary>
    public bool IsWhole => Header.Format.Kind is ElementKind.Signed or ElementKind.Unsigned;

    /// <summary>Whether it has one value a sample.</summary>
    public bool IsSingle => Header.Shape.Length > 0 && Header.SampleShape.All(extent => extent == 1);

    /// <summary>For messages.</summary>
    public override string ToString() => $"'{Name}' {ShapeText.Of(Header.Shape)} {Header.Format}";
}
