namespace ModelOptimizer.Pipeline.Datasets;

/// <summary>What an array's elements are.</summary>
internal enum ElementKind
{
    Bool,
    Unsigned,
    Signed,
    Float,
}
