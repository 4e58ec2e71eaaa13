using ModelOptimizer.Methods.Options;

namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>Reads one entry of <c>compress:</c> by the declarations of its method.</summary>
internal sealed class StepReader(IReadOnlyList<IMethod> methods, ManifestPaths paths)
{
    public StepPlan Read(Node node)
    {
        const string Example = "method: tucker";
        if (node is not MapNode map)
        {
            throw NodeValues.WrongType(node, "compress", $"steps such as '- {Example}'");
        }

        var name = map.Entries.FirstOrDefault(entry => entry.Key.Text == StepKeys.Method.Name).Value
            ?? throw new DiagnosticException(ManifestCodes.MissingKey, $"The key 'method' is missing in a step. Write, for example, '{Example}'. Methods available: {Available}.", node.Position);
        var method = Find(name);
        var section = new Section(node, $"a step of method '{method.Name}'", StepKeys.Of(method));
        var arguments = Arguments(method, section);
        if (section[SearchOptions.MaxEvaluations.Name] is not null && !SearchOptions.IsSearched(arguments))
        {
            throw new DiagnosticException(ManifestCodes.Conflict, $"'{SearchOptions.MaxEvaluations.Name}' limits the search of 'budget: auto', and this step has none. Write 'budget: auto', or remove it.", section.KeyPosition(SearchOptions.MaxEvaluations.Name));
        }

        var keep = section.ChoiceOrDefault(StepKeys.Keep) == "faster" ? KeepRule.Faster : KeepRule.Smaller;
        return new StepPlan(method, arguments, keep);
    }

    private string Available => string.Join(", ", methods.Select(method => method.Name));

    private MethodArguments Arguments(IMethod method, Section section)
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        var positions = new Dictionary<string, SourcePosition>(StringComparer.Ordinal);
        var written = method.Options.Where(option => section[option.Name] is not null);
        foreach (var option in written.OrderBy(option => section.KeyPosition(option.Name).Line).ThenBy(option => section.KeyPosition(option.Name).Column))
        {
            values.Add(option.Name, OptionReader.Read(option, section[option.Name]!, paths));
            positions.Add(option.Name, section.KeyPosition(option.Name));
        }

        foreach (var option in method.Options)
        {
            var isSettled = method.Options.Any(other => positions.ContainsKey(other.Name) && (other.Name == option.Name || (other.ExclusiveGroup is { } group && group == option.ExclusiveGroup)));
            if (!isSettled && option.Default is { } text)
            {
                values.Add(option.Name, OptionReader.Read(option, YamlTree.ParseDefault(text, section.Position), paths));
            }
        }

        return new MethodArguments(values, section.Position, positions);
    }

    private IMethod Find(Node node)
    {
        var name = node.AsText("method");
        return methods.FirstOrDefault(method => method.Name == name)
            ?? throw new DiagnosticException(ManifestCodes.UnknownName, $"There is no method '{name}'.{Suggestion.For(name, methods.Select(method => method.Name))} Methods available: {Available}.", node.Position);
    }
}
