namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>An entry of <c>compress:</c>.</summary>
internal static class StepKeys
{
    public static KeyDeclaration Method { get; } = new("method", new TextForm("name of a method"), "What the step does; modelopt methods lists them.") { IsRequired = true, Example = "tucker" };

    public static KeyDeclaration Keep { get; } =
        new("keep", new ChoiceForm(["smaller", "faster"]), "Which rewrites stay: all that make the model smaller, or of these only those that measure faster than the original layer on this machine.", "smaller");

    /// <summary>The keys of every step.</summary>
    public static SectionDeclaration Section { get; } = new([Method, Keep]);

    /// <summary>The keys of a step of <paramref name="method"/>.</summary>
    public static SectionDeclaration Of(IMethod method) =>
        new([Method with { Form = new ChoiceForm([method.Name]) }, Keep, .. method.Options.Select(OptionForms.Declare)]);
}
