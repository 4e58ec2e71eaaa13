using System.Globalization;
using System.Text.RegularExpressions;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>π: which layer of the teacher each layer of the student is aligned with.</summary>
internal static class LayerPairs
{
    /// <summary>The pairs, by the student layer's name; a layer without one is absent.</summary>
    /// <param name="student">The student's layers.</param>
    /// <param name="teacher">The original model's layers.</param>
    /// <param name="repeated">
    /// Whether the student may have fewer repetitions of a block than the teacher: then layer i of a student of m times fewer goes with layer m·i + m − 1, the
    /// published map. False pairs layers of equal names and sizes only.
    /// </param>
    /// <param name="declared">Pairs that the user gives, which come first.</param>
    /// <param name="position">Where they are written.</param>
    /// <exception cref="DiagnosticException">A rule matches nothing, or the teacher has no layer of a name.</exception>
    public static IReadOnlyDictionary<string, WeightLayer> Find(
        IReadOnlyList<WeightLayer> student,
        IReadOnlyList<WeightLayer> teacher,
        bool repeated,
        LayerMap<string>? declared,
        SourcePosition? position
    )
    {
        var byName = teacher.ToDictionary(layer => layer.Name, StringComparer.Ordinal);
        var given = declared?.Assign(student) ?? new Dictionary<string, string>();
        var pairs = new Dictionary<string, WeightLayer>(StringComparer.Ordinal);
        foreach (var layer in student)
        {
            var name = given.TryGetValue(layer.Name, out var written) ? Known(written, byName, position)
                : repeated ? Derived(layer, student, teacher)
                : Same(layer, byName)?.Name;
            if (name is not null && byName.TryGetValue(name, out var other) && Fit(layer, other))
            {
                pairs.Add(layer.Name, other);
            }
        }

        return pairs;
    }

    // A factor may have the name of the layer that it was a part of.
    private static WeightLayer? Same(WeightLayer layer, Dictionary<string, WeightLayer> teacher) =>
        teacher.TryGetValue(layer.Name, out var other) && layer.WeightShape.AsSpan().SequenceEqual(other.WeightShape) ? other : null;

    private static string Known(string name, Dictionary<string, WeightLayer> teacher, SourcePosition? position) =>
        teacher.ContainsKey(name)
            ? name
            : throw new DiagnosticException(
                MethodCodes.RuleMatchesNothing,
                $"the original model has no layer '{name}'. The nearest names are "
                    + $"{string.Join(", ", Nearest(name, teacher.Keys).Select(other => $"'{other}'"))}; 'modelopt layers' prints them all.",
                position
            );

    // Matrices of any size can be aligned; kernels only as many groups at a time.
    private static bool Fit(WeightLayer layer, WeightLayer other) =>
        other.Obstacle is null && (layer.Kind == LayerKind.Conv) == (other.Kind == LayerKind.Conv) && (layer.Window?.Group ?? 1) == (other.Window?.Group ?? 1);

    private static string? Derived(WeightLayer layer, IReadOnlyList<WeightLayer> student, IReadOnlyList<WeightLayer> teacher)
    {
        var name = NumberedName.Of(layer.Name);
        var others = teacher.Select(other => (other.Name, Parts: NumberedName.Of(other.Name))).Where(other => other.Parts.Template == name.Template).ToList();
        var own = student.Select(other => NumberedName.Of(other.Name)).Where(other => other.Template == name.Template).ToList();
        string? found = null;
        for (var place = 0; place < name.Numbers.Count; place++)
        {
            var repetitions = own.Where(other => name.IsRepetition(other, place)).Select(other => other.Numbers[place]).Order().ToList();
            var candidates = others.Where(other => name.IsRepetition(other.Parts, place)).OrderBy(other => other.Parts.Numbers[place]).ToList();
            if (repetitions.SequenceEqual(candidates.Select(other => other.Parts.Numbers[place])))
            {
                continue;
            }

            // Two numbers that count differently, or a depth that is no multiple, leave it to the user.
            if (found is not null || candidates.Count == 0 || candidates.Count % repetitions.Count != 0)
            {
                return null;
            }

            var times = candidates.Count / repetitions.Count;
            found = candidates[(times * repetitions.IndexOf(name.Numbers[place])) + times - 1].Name;
        }

        return found ?? layer.Name;
    }

    private static IEnumerable<string> Nearest(string name, IEnumerable<string> names) =>
        names.OrderBy(other => EditDistance.Between(name, other)).ThenBy(other => other, StringComparer.Ordinal).Take(3);
}

/// <summary>
/// A layer's name taken apart, <c>encoder.3.fc1</c> as <c>encoder.#.fc#</c> and [3, 1]: layers of one template are repetitions of each other.
/// </summary>
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
