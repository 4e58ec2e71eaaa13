using System.Text;
using ModelOptimizer.Pipeline.Files;

namespace ModelOptimizer.Pipeline.Reports;

/// <summary>
/// The reports beside a model: <c>digits.compressed.report.json</c>, <c>.md</c> and <c>.html</c> for <c>digits.compressed.onnx</c>, also when a gate failed and
/// there is no model.
/// </summary>
internal static class ReportFiles
{
    /// <summary>Every file of a report.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".report.json", ".report.md", ".report.html"];

    /// <summary>Writes the reports of a finished model, each whole or not at all and only when its content differs.</summary>
    /// <returns>The report, with where its files are. A place that cannot be written to is a warning: the model itself is there.</returns>
    public static ModelReport Write(ModelReport report, string manifest, ModelPlan model, RunOptions options, Action<Diagnostic> log)
    {
        // In a build the model is still in a staging folder, and goes there only when all models of the build are good.
        var output = OutputPath.Of(options.ReportDirectory ?? options.OutputDirectory, model);
        var files = Extensions.Select(extension => Path.ChangeExtension(output, extension)).ToList();
        var placed = report with { Output = report.Output is null ? null : output, ReportFile = files[^1] };
        try
        {
            var document = ReportDocument.Of(placed, ToolIdentity.Version, manifest);
            if (File.Exists(files[0]) && ReportDocument.Parse(Disk.ReadAllBytes(files[0])) is { } earlier)
            {
                document = document.WithOriginOf(earlier);
            }

            string[] contents = [document.ToJson() + "\n", MarkdownReport.Of(document), HtmlReport.Of(document)];
            foreach (var (file, content) in files.Zip(contents))
            {
                ChangedFile.Write(file, Encoding.UTF8.GetBytes(content));
            }

            return report with { ReportFile = files[^1] };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log(new Diagnostic(
                RunCodes.ReportNotWritable,
                DiagnosticSeverity.Warning,
                $"The report cannot be written to '{files[^1]}': {exception.Message}",
                model.Position));
            return report;
        }
    }
}
