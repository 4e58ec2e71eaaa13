namespace ModelOptimizer.Pipeline.Build;

/// <summary>Whoever listens to a build.</summary>
internal interface IBuildLog
{
    /// <summary>A line that every build shows.</summary>
    void Headline(string text);

    /// <summary>A line for detailed logs.</summary>
    void Detail(string text);

    /// <summary>Something for the error list.</summary>
    void Diagnostic(Diagnostic diagnostic);
}
