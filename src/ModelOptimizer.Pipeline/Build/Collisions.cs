using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Pipeline.Running;

namespace ModelOptimizer.Pipeline.Build;

/// <summary>Names that must differ among all manifests of a project; each manifest was checked for itself when it was read.</summary>
internal static class Collisions
{
    public static IEnumerable<Diagnostic> Find(IReadOnlyList<ProducedModel> models)
    {
        var embedded = models.Where(model => model.Embed is not null).ToList();
        return Twice(models, model => OutputPath.Folder(model.Name), "name", StringComparer.OrdinalIgnoreCase)
            .Concat(Twice(embedded, model => model.Embed!.Resource, "resource", StringComparer.Ordinal))
            .Concat(Twice(embedded, model => model.Embed!.Copy, "copy", StringComparer.OrdinalIgnoreCase))
            .Concat(Twice(embedded, model => model.Embed!.Accessor, "accessor", StringComparer.OrdinalIgnoreCase));
    }

    private static IEnumerable<Diagnostic> Twice(IEnumerable<ProducedModel> models, Func<ProducedModel, string?> key, string what, StringComparer comparer) =>
        from same in models.Where(model => key(model) is not null).GroupBy(model => key(model)!, comparer)
        from later in same.Skip(1)
        select new Diagnostic(
            ManifestCodes.Collision,
            DiagnosticSeverity.Error,
            $"The models '{same.First().Name}' and '{later.Name}' of this project's manifests have the same {what}: '{key(later)}'. Give each its own.",
            later.Embed?.Position);
}
