namespace ModelOptimizer.Methods.Distillation;

/// <summary>A step's options, checked.</summary>
internal sealed record OpdfOptions
{
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

    /// <summary>Everything that the result depends on but what <see cref="Training"/> says, as text.</summary>
    public string Text => FormattableString.Invariant(
        $"{Rate};{Tensors};{Auxiliary};{Lambda};{string.Join(',', TeacherLayers?.Entries.Select(entry => $"{entry.Rule.Text}={entry.Value}") ?? [])}");

    /// <exception cref="DiagnosticException">The options contradict each other.</exception>
    public static OpdfOptions From(MethodArguments arguments)
    {
        var rate = arguments.Get(OpdfKeys.Rate);
        var tensors = arguments.Get(OpdfKeys.Tensors) ?? ShapeChoice.Tensors(rate);
        if (tensors % 2 == 0)
        {
            throw new DiagnosticException(
                MethodCodes.BadRate,
                $"'tensors: {tensors}' has no tensor in the middle, which the method needs. Write an odd number, such as {tensors + 1}.",
                arguments.PositionOf("tensors"));
        }

        if (rate > tensors)
        {
            throw new DiagnosticException(
                MethodCodes.BadRate,
                FormattableString.Invariant($"{tensors} tensors hold at most {tensors} times as many numbers as the weight, and 'rate' is {rate}. ")
                + $"Lower it, or write 'tensors: {ShapeChoice.Tensors(rate)}'.",
                arguments.PositionOf("rate"));
        }

        return new OpdfOptions
        {
            Training = DistillationOptions.From(arguments, OpdfKeys.LearningRate),
            Rate = rate,
            Tensors = tensors,
            Auxiliary = arguments.Get(OpdfKeys.Auxiliary),
            Lambda = arguments.Get(OpdfKeys.Lambda),
            TeacherLayers = arguments.Get(OpdfKeys.TeacherLayers),
        };
    }
}

/// <summary>The keys of a step.</summary>
internal static class OpdfKeys
{
    public static readonly Option<double> Rate = new("rate", Forms.Number(1, 31), "How many times as many numbers are trained for a weight as it has.", "3");

    public static readonly Option<int?> Tensors = new(
        "tensors",
        Forms.Whole(3, 31).OrNone(),
        "The number of tensors of a weight, odd; absent, 5, or more where the rate needs more.");

    public static readonly Option<AuxiliaryKind> Auxiliary = new(
        "aux",
        Forms.OneOf<AuxiliaryKind>(),
        "L_Aux, which pulls tensors to the original's: differentiable as in the paper; detached, without a gradient, as in the authors' code; or none.",
        "differentiable");

    public static readonly Option<double> Lambda = new("lambda", Forms.Number(0, 1e12), "λ, the weight of L_Aux.", "1e-4") { OnlyIf = [OfAuxiliary] };

    public static readonly Option<LayerMap<string>?> TeacherLayers = new(
        "teacher-layers",
        LayerForms.Names(),
        "The original's layer for layers of the student, as { \"encoder.0.fc\": encoder.1.fc }; absent, found by names.")
    {
        OnlyIf = [OfAuxiliary],
    };

    public static readonly Option<double> LearningRate = DistillationKeys.LearningRate("3e-5");

    public static IReadOnlyList<Option> All { get; } = [Rate, Tensors, Auxiliary, Lambda, TeacherLayers, .. DistillationKeys.With(LearningRate)];

    private static Condition OfAuxiliary => Auxiliary.When(kind => kind != AuxiliaryKind.None, "is about L_Aux, and 'aux: none' has none. Remove it.");
}

/// <summary>What becomes of L_Aux.</summary>
internal enum AuxiliaryKind
{
    /// <summary>It pulls the auxiliary tensors to the teacher's, as the paper describes.</summary>
    Differentiable,

    /// <summary>It is computed from copies, as in the public code: the loss is higher by it, and no gradient comes of it.</summary>
    Detached,

    /// <summary>There is none.</summary>
    None,
}
