namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>The keys of <c>preprocess:</c>, and what they say.</summary>
internal static class PreprocessKeys
{
    private static readonly Form<IReadOnlyList<double>> Numbers = OneOrMore("[0.485, 0.456, 0.406]");

    public static readonly Option<double> Scale = new(
        "scale",
        new(
            "number, or ratio such as 1/255",
            () => Json.AnyOf(Forms.PlainNumber().Schema(), Json.Pattern($"^{QuantityReader.Number}\\s*/\\s*{QuantityReader.Number}$")),
            (node, what, _) => Ratio(node, what)),
        "Values are multiplied by it first.",
        "1");

    public static readonly Option<IReadOnlyList<double>> Mean = new(
        "mean",
        Numbers,
        "Subtracted after scaling.",
        Node.List("0"));

    public static readonly Option<IReadOnlyList<double>> Std = new(
        "std",
        Numbers,
        "Divides what is left; not 0.",
        Node.List("1"));

    public static readonly Option<string> Layout = new(
        "layout",
        Forms.Word(["NCHW", "NHWC"]),
        "The order of the file's dimensions: with NHWC the channels are last there, and are put first.",
        "NCHW");

    public static readonly Option<bool> Reversed = new(
        "channels",
        Forms.OneOf(("rgb", false), ("bgr", true)),
        "The order of the three channels that the model takes: bgr reverses those of the file, before 'mean' and 'std'.",
        "rgb");

    public static readonly Option<IReadOnlyList<int>?> Shape = new(
        "shape",
        Forms.List(Forms.Whole(1), "list of whole numbers", "[1, 28, 28]", "is empty. Write the shape of one sample, such as [1, 28, 28].").OrNone(),
        "The shape of one sample as the model wants it, with the same number of values. Dimensions of 1 that are missing or too many need no 'shape'.");

    /// <summary>The keys of one input.</summary>
    public static KeySet OfInput { get; } = new(Scale, Mean, Std, Layout, Reversed, Shape);

    public static readonly Option<Node?> Inputs = new(
        "inputs",
        Forms.Map(Forms.Section(OfInput, "mapping with the other keys"), "map from input to a mapping with the other keys").OrNone(),
        "What is done to single inputs, in place of what the other keys say.");

    public static KeySet All { get; } = new([.. OfInput, Inputs]);

    /// <summary>What is said for all inputs, and for single ones.</summary>
    /// <param name="section">The mapping.</param>
    /// <param name="inputs">The inputs of the dataset.</param>
    /// <param name="paths">Where files are.</param>
    public static PreprocessPlan Read(Section section, IReadOnlyCollection<string> inputs, ManifestPaths paths)
    {
        var single = new Dictionary<string, PreprocessPlan>(StringComparer.Ordinal);
        foreach (var (input, value) in section.Read(Inputs)?.AsMap(Inputs.Name).Entries ?? [])
        {
            if (!inputs.Contains(input.Text))
            {
                throw new DiagnosticException(
                    ManifestCodes.UnknownName,
                    $"The dataset has no input '{input.Text}'.{Suggestion.For(input.Text, inputs)} Its inputs: {string.Join(", ", inputs)}.",
                    input.Position);
            }

            single.Add(input.Text, Read(new Section(value, $"'{input.Text}'", OfInput, paths)));
        }

        return Read(section) with { Inputs = single };
    }

    private static PreprocessPlan Read(Section section)
    {
        var (mean, std) = (section.Read(Mean), section.Read(Std));
        if (std.Contains(0))
        {
            var written = section[Std]!;
            var zero = written is ListNode list ? list.Items[std.Index().First(number => number.Item == 0).Index] : written;
            throw NodeValues.Bad(zero, "'std' must not be 0: values are divided by it.");
        }

        if (mean.Count > 1 && std.Count > 1 && mean.Count != std.Count)
        {
            throw new DiagnosticException(
                KeyCodes.Conflict,
                $"'mean' has {mean.Count} numbers and 'std' has {std.Count}. Give each one number, or one for every channel.",
                section.KeyPosition(Std.Name));
        }

        return new PreprocessPlan
        {
            Scale = section.Read(Scale),
            Mean = mean,
            Std = std,
            Layout = section.Read(Layout),
            IsReversed = section.Read(Reversed),
            Shape = section.Read(Shape)?.Select(extent => (long)extent).ToList(),
        };
    }

    /// <summary>Numbers; one alone is a list of one.</summary>
    private static Form<IReadOnlyList<double>> OneOrMore(string example)
    {
        var list = Forms.List(Forms.PlainNumber(), "list", example, $"is empty. Write a number for all channels, or a list such as {example}.");
        return new(
            "number, or list of numbers: one, or one for each channel",
            () => Json.AnyOf(Forms.PlainNumber().Schema(), list.Schema()),
            (node, what, paths) => node is ListNode ? list.Read(node, what, paths) : [node.AsNumber(what, $"a number, or a list such as {example}")]);
    }

    private static double Ratio(Node node, string what)
    {
        const string Expected = "a number such as 0.5, or a ratio such as 1/255";
        var parts = node.AsScalar(what, Expected).Text.Split('/');
        if (parts.Length > 2 || !NodeValues.TryNumber(parts[0].Trim(), out var value))
        {
            throw NodeValues.WrongType(node, what, Expected);
        }

        if (parts.Length == 2)
        {
            value = NodeValues.TryNumber(parts[1].Trim(), out var divisor) ? value / divisor : throw NodeValues.WrongType(node, what, Expected);
        }

        return double.IsFinite(value) && value != 0 ? value : throw NodeValues.Bad(
            node,
            $"'scale' must be a finite number other than 0; found {node.Describe()}.");
    }
}
