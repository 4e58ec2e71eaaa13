namespace ModelOptimizer.Methods.Distillation;

/// <summary>A step's options, checked.</summary>
internal sealed record OpdfOptions
{
    private static readonly string[] OfAuxiliary = ["lambda", "teacher-layers"];

    /// <summary>How the student is trained.</summary>
    public required DistillationOptions Training { get; init; }

    /// <summary>N/(I·J) to come near to.</summary>
    public double Rate { get; init; }

    /// <summary>n, odd.</summary>
    public int Tensors { get; init; }

    public AuxiliaryKind Auxiliary { get; init; }

    /// <summary>λ.</summary>
    public double Lambda { get; init; }

    /// <summary>Layers of the original by layers of the student; null derives them from names.</summary>
    public LayerMap<string>? TeacherLayers { get; init; }

    public static IReadOnlyList<MethodOption> Declarations { get; } =
    [
        new("rate", OptionKind.Number, "How many times as many numbers are trained for a weight as it has.", "3") { Minimum = 1, Maximum = 31 },
        new("tensors", OptionKind.Integer, "The number of tensors of a weight, odd; absent, 5, or more where the rate needs more.") { Minimum = 3, Maximum = 31 },
        new("aux", OptionKind.Choice, "L_Aux, which pulls tensors to the original's: differentiable as in the paper; detached, without a gradient, as in the authors' code; or none.", "differentiable") { Choices = ["differentiable", "detached", "none"] },
        new("lambda", OptionKind.Number, "λ, the weight of L_Aux.", "1e-4") { Minimum = 0, Maximum = 1e12 },
        new("teacher-layers", OptionKind.Names, "The original's layer for layers of the student, as { \"encoder.0.fc\": encoder.1.fc }; absent, found by names."),
        .. DistillationOptions.Declare("3e-5"),
    ];

    /// <summary>Everything that the result depends on but what <see cref="Training"/> says, as text.</summary>
    public string Text => FormattableString.Invariant($"{Rate};{Tensors};{Auxiliary};{Lambda};{string.Join(',', TeacherLayers?.Entries.Select(entry => $"{entry.Rule.Text}={entry.Value}") ?? [])}");

    /// <exception cref="DiagnosticException">The options contradict each other.</exception>
    public static OpdfOptions From(MethodArguments arguments)
    {
        var rate = arguments.TryGet<double>("rate", out var written) ? written : 3;
        var tensors = arguments.Values.ContainsKey("tensors") ? arguments.Get<int>("tensors") : ShapeChoice.Tensors(rate);
        if (tensors % 2 == 0)
        {
            throw new DiagnosticException(MethodCodes.BadRate, $"'tensors: {tensors}' has no tensor in the middle, which the method needs. Write an odd number, such as {tensors + 1}.", arguments.PositionOf("tensors"));
        }

        if (rate > tensors)
        {
            throw new DiagnosticException(MethodCodes.BadRate, FormattableString.Invariant($"{tensors} tensors hold at most {tensors} times as many numbers as the weight, and 'rate' is {rate}. Lower it, or write 'tensors: {ShapeChoice.Tensors(rate)}'."), arguments.PositionOf("rate"));
        }

        var auxiliary = arguments.TryGet<string>("aux", out var word) ? Enum.Parse<AuxiliaryKind>(word, ignoreCase: true) : AuxiliaryKind.Differentiable;
        if (auxiliary == AuxiliaryKind.None && OfAuxiliary.FirstOrDefault(arguments.IsWritten) is { } useless)
        {
            throw new DiagnosticException(MethodCodes.OptionWithoutUse, $"'{useless}' is about L_Aux, and 'aux: none' has none. Remove it.", arguments.PositionOf(useless));
        }

        return new OpdfOptions
        {
            Training = DistillationOptions.From(arguments) is var training && arguments.Values.ContainsKey("learning-rate") ? training : training with { Rate = training.Rate with { Peak = 3e-5 } },
            Rate = rate,
            Tensors = tensors,
            Auxiliary = auxiliary,
            Lambda = arguments.TryGet<double>("lambda", out var lambda) ? lambda : 1e-4,
            TeacherLayers = arguments.TryGet<LayerMap<string>>("teacher-layers", out var names) ? names : null,
        };
    }
}
