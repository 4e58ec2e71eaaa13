using System.Globalization;
using System.Text.RegularExpressions;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>A layer's name taken apart, <c>encoder.3.fc1</c> as <c>encoder.#.fc#</c> and [3, 1]: layers of one template are repetitions of each other.</summary>
/// <param name="Template">The name with <c>#</c> for every number.</param>
/// <param name="Numbers">The numbers.</param>
internal sealed partial record NumberedName(string Template, IReadOnlyList<long> Numbers)
{
    public static NumberedName Of(string name) => new(
        Number().Replace(name, "#"),
        [.. Number().Matches(name).Select(match => long.Parse(match.Value, CultureInfo.InvariantCulture))]);

    /// <summary>Whether <paramref name="other"/> differs in nothing but the number at <paramref name="position"/>.</summary>
    public bool IsRepetition(NumberedName other, int position) =>
        Template == other.Template && Enumerable.Range(0, Numbers.Count).All(place => place == position || Numbers[place] == other.Numbers[place]);

    // Longer ones are hashes, not counts.
    [GeneratedRegex(@"\d{1,9}", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
