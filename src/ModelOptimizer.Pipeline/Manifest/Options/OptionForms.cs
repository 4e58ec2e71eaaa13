using ModelOptimizer.Methods.Options;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>What the options of methods look like, by the same declarations as all other keys.</summary>
internal static class OptionForms
{
    private const string OrMap = "or a map from layer rule to";

    private static readonly IntegerForm Count = new(1);

    /// <summary>A method's option as a key of its steps.</summary>
    public static KeyDeclaration Declare(MethodOption option) => new(option.Name, Of(option), option.Summary, option.Default) { ExclusiveGroup = option.ExclusiveGroup };

    /// <summary>What the value of <paramref name="option"/> looks like.</summary>
    public static ValueForm Of(MethodOption option) => option.Kind switch
    {
        OptionKind.Choice => new ChoiceForm(option.Choices),
        OptionKind.Number => new NumberForm(option.Minimum, option.Maximum),
        OptionKind.Integer => Whole(option),
        OptionKind.Layers => new ListForm(new TextForm("layer rule"), "list of layer rules"),
        OptionKind.Ranks => ByLayer(new AnyForm("ranks", Count, new ListForm(Count, "ranks"), new QuantityValue(QuantityForm.Points)), $"16, [R_T, R_S], 50%, {OrMap} one of these"),
        OptionKind.Modes => ByLayer(new ListForm(Count, "sizes"), $"[4, 4, 8], {OrMap} such a list"),
        OptionKind.Shares => ByLayer(Share(option), $"{Share(option).Text}, {OrMap} one"),
        OptionKind.ChoiceByLayer => ByLayer(new ChoiceForm(option.Choices), $"{new ChoiceForm(option.Choices).Text}, {OrMap} one"),
        OptionKind.Names => new MapForm(new TextForm("layer"), "map from layer rule to layer name"),
        OptionKind.Block => new AnyForm("stage3, or { from: TENSOR, to: TENSOR }", new TextForm("block"), new SectionForm(BlockKeys.Section, "tensors")),
        OptionKind.Certificate => new SectionForm(CertificateKeys.Section, "{ max-gap: 1e-4 }"),
        OptionKind.Model => new TextForm("path of an ONNX file"),
        OptionKind.Budget => new AnyForm("auto, or { size | params | macs: 40%, allocation: sigma | uniform }", new ChoiceForm(["auto"]), new SectionForm(BudgetKeys.Section, "goal")),
        _ => throw new InvalidOperationException($"Nothing describes options of kind {option.Kind}."),
    };

    /// <summary>The bounds of a whole number.</summary>
    public static IntegerForm Whole(MethodOption option) => new(Whole(option.Minimum, int.MinValue), Whole(option.Maximum, int.MaxValue));

    /// <summary>The bounds of one share.</summary>
    public static NumberForm Share(MethodOption option) => new(Math.Max(0, option.Minimum), Math.Min(1, option.Maximum));

    private static AnyForm ByLayer(ValueForm value, string hint) => new(hint, value, new MapForm(value, "by layer"));

    private static int Whole(double bound, int unbounded) => double.IsInfinity(bound) ? unbounded : (int)bound;
}
