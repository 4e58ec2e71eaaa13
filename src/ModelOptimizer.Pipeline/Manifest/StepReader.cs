using ModelOptimizer.Methods.Auto;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Reads one entry of <c>compress:</c> by the declarations of its method.</summary>
internal sealed class StepReader(IReadOnlyList<IMethod> methods, ManifestPaths paths)
{
    /// <summary>The step, or the steps that it stands for.</summary>
    public IReadOnlyList<StepPlan> Read(Node node)
    {
        const string Example = "method: tucker";
        if (node is not MapNode map)
        {
            throw NodeValues.WrongType(node, "compress", $"steps such as '- {Example}'");
        }

        var name = map.Entries.FirstOrDefault(entry => entry.Key.Text == StepKeys.Method.Name).Value
            ?? throw new DiagnosticException(
                KeyCodes.MissingKey,
                $"The key 'method' is missing in a step. Write, for example, '{Example}'. Methods available: {Available}.",
                node.Position);
        var method = Find(name);
        var section = new Section(node, $"a step of method '{method.Name}'", StepKeys.Of(method), paths);
        var arguments = MethodArguments.Read(method.Options, section);
        if (method.StandsFor(map, arguments) is { Count: > 0 } steps)
        {
            return [.. steps.SelectMany(Read)];
        }

        var plan = new StepPlan(method, arguments, section.Read(StepKeys.Keep));
        return plan is { Keep: KeepRule.Faster, Storage: not FactorStorage.Chain }
            ? throw new DiagnosticException(
                KeyCodes.Conflict,
                "'keep: faster' undoes every layer that is not faster than the original, and a layer with stored factors is as fast. Write 'storage: chain' to "
                    + "have the slow ones undone, or 'storage: auto' without 'keep' to have them stored.",
                section.KeyPosition(StepKeys.Keep.Name))
            : [plan];
    }

    private string Available => string.Join(", ", methods.Select(method => method.Name));

    private IMethod Find(Node node)
    {
        var name = node.AsText("method");
        return methods.FirstOrDefault(method => method.Name == name)
            ?? throw new DiagnosticException(
                ManifestCodes.UnknownName,
                $"There is no method '{name}'.{Suggestion.For(name, methods.Select(method => method.Name))} Methods available: {Available}.",
                node.Position);
    }
}

/// <summary>The keys of an entry of <c>compress:</c>.</summary>
internal static class StepKeys
{
    /// <summary>The keys of every step.</summary>
    public static KeySet All { get; } = new();

    public static readonly Option<string> Method = All.Add<string>(new(
        "method",
        Forms.Text("name of a method"),
        "What the step does; modelopt methods lists them.")
    {
        IsRequired = true,
        Example = "tucker",
    });

    public static readonly Option<KeepRule> Keep = All.Add<KeepRule>(new(
        "keep",
        Forms.OneOf<KeepRule>(),
        "Which rewrites stay: all that make the model smaller, or of these only those that measure faster than the original layer on this machine.",
        "smaller"));

    /// <summary>The keys of a step of <paramref name="method"/>.</summary>
    /// <remarks>What <c>auto</c> writes itself is never slower than the original: there is nothing to undo.</remarks>
    public static KeySet Of(IMethod method) =>
        new([Method with { Of = Forms.Word([method.Name]) }, .. method is AutoMethod ? Array.Empty<Option>() : [Keep], .. method.Options]);
}
