namespace ModelOptimizer.Pipeline.Reports.Html;

/// <summary>How the report looks: <c>report.css</c>, which has no character that HTML or XML would escape.</summary>
internal static class Stylesheet
{
    public static string Text { get; } = Read();

    private static string Read()
    {
        using var stream = typeof(Stylesheet).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
