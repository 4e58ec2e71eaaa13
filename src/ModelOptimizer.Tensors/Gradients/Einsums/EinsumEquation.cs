namespace ModelOptimizer.Tensors.Gradients;

/// <summary>An Einsum equation with one letter an axis: an ellipsis is written out, and the output is always there.</summary>
internal sealed record EinsumEquation(string[] Inputs, string Output)
{
    private const string Ellipsis = "...";

    public static EinsumEquation Parse(string equation, long[][] shapes)
    {
        var compact = equation.Replace(" ", "", StringComparison.Ordinal);
        var sides = compact.Split("->");
        var terms = sides[0].Split(',');
        int[] hidden = [.. terms.Select((term, i) => HasEllipsis(term) ? shapes[i].Length - term.Length + Ellipsis.Length : 0)];
        var free = Enumerable
            .Range('A', 26)
            .Concat(Enumerable.Range('a', 26))
            .Select(letter => (char)letter)
            .Where(letter => !compact.Contains(letter, StringComparison.Ordinal));
        var letters = string.Concat(free.Take(hidden.Max()));
        string[] inputs = [.. terms.Select((term, i) => Written(term, letters[^hidden[i]..]))];
        return new EinsumEquation(inputs, sides.Length > 1 ? Written(sides[1], letters) : letters + Implicit(sides[0]));
    }

    private static bool HasEllipsis(string term) => term.Contains(Ellipsis, StringComparison.Ordinal);

    private static string Written(string term, string letters) => term.Replace(Ellipsis, letters, StringComparison.Ordinal);

    // Without an output, the letters that stand once, in alphabetical order.
    private static string Implicit(string inputs) =>
        string.Concat(inputs.Where(char.IsLetter).GroupBy(letter => letter).Where(uses => uses.Count() == 1).Select(uses => uses.Key).Order());
}
