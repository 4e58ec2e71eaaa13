using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>What must hold for all models of a project together before any of them is put in place.</summary>
internal static class EmbedRules
{
    // Measured: every C# edit re-embeds every byte, 256 MB cost 6 s; the compiler stops with CS1566 above 2 GB, WPF's start-up at 1.85 GB.
    private const long Large = 100_000_000;
    private const long TooLarge = 1_900_000_000;

    public static IEnumerable<Diagnostic> Check(IReadOnlyList<ProducedModel> models, Func<string, long> length)
    {
        var embedded = models.Where(model => model.Embed is not null).ToList();
        return Twice(models, model => OutputPath.Folder(model.Name), "model", StringComparer.OrdinalIgnoreCase)
            .Concat(Twice(embedded, model => model.Embed!.Resource, "resource", StringComparer.Ordinal))
            .Concat(Twice(embedded.Where(model => model.Embed!.Accessor is not null), model => model.Embed!.Accessor!, "accessor", StringComparer.OrdinalIgnoreCase))
            .Concat(embedded.Where(model => model.Embed!.Accessor is { } name && !AccessorName.IsValid(name)).Select(model => BadName(model.Embed!)))
            .Concat(embedded.SelectMany(model => Size(model, length(model.File))));
    }

    private static IEnumerable<Diagnostic> Twice(IEnumerable<ProducedModel> models, Func<ProducedModel, string> key, string what, StringComparer comparer) =>
        from model in models
        group model by key(model) into same
        where same.Count() > 1
        from later in same.Skip(1)
        select new Diagnostic(
            BuildCodes.Duplicate,
            DiagnosticSeverity.Error,
            $"The {what} '{key(later)}' of model '{later.Name}' is also that of model '{same.First().Name}' in this project. Give one of them another name.",
            later.Embed?.Position);

    private static Diagnostic BadName(EmbedPlan embed) => new(
        BuildCodes.AccessorName,
        DiagnosticSeverity.Error,
        $"`accessor: {embed.Accessor}` is not a name that a C# class can have: letters, digits and '_', no keyword, not one of the class's own members, dots between namespaces. For example: DigitsModel, or MyApp.Models.DigitsModel.",
        embed.Position);

    private static IEnumerable<Diagnostic> Size(ProducedModel model, long bytes) => bytes switch
    {
        >= TooLarge =>
        [
            new Diagnostic(
                BuildCodes.TooLargeToEmbed,
                DiagnosticSeverity.Error,
                $"{model.Name}: {Figures.Bytes(bytes)} cannot be embedded; an assembly takes less than {Figures.Bytes(TooLarge)}. Compress it more, or take `embed:` out and ship the file of `output:` beside the app.",
                model.Embed!.Position),
        ],
        > Large =>
        [
            new Diagnostic(
                BuildCodes.LargeToEmbed,
                DiagnosticSeverity.Warning,
                $"{model.Name}: {Figures.Bytes(bytes)} is large for an embedded resource: every compilation copies it. Consider taking `embed:` out and shipping the file of `output:` beside the app.",
                model.Embed!.Position),
        ],
        _ => [],
    };
}
