namespace ModelOptimizer.Pipeline.Evaluation;

/// <summary>The labels of a batch, a row for each sample.</summary>
internal sealed class LabelRows(double[] values, int samples)
{
    /// <summary>Values per sample.</summary>
    public int Width { get; } = values.Length / samples;

    /// <summary>Whether all are whole numbers, of which classes are counted, whatever type they are saved in.</summary>
    public bool AreWhole { get; } = Array.TrueForAll(values, value => Math.Floor(value) == value && Math.Abs(value) < int.MaxValue);

    public ReadOnlySpan<double> this[int row] => values.AsSpan(row * Width, Width);

    /// <summary><c>10 whole numbers</c>.</summary>
    public string Describe() => (Width, AreWhole) switch
    {
        (1, true) => "a whole number",
        (1, false) => "a number that is not whole",
        (_, true) => FormattableString.Invariant($"{Width} whole numbers"),
        _ => FormattableString.Invariant($"{Width} numbers that are not whole"),
    };
}
