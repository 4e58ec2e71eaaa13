namespace ModelOptimizer.Pipeline.Running;

/// <summary>Sees a run while it goes. Called from one thread at a time.</summary>
internal interface IRunObserver
{
    /// <summary>A line for the log, such as which device was chosen.</summary>
    void Message(string text);

    /// <summary>A diagnostic, as soon as it is known.</summary>
    void Diagnostic(Diagnostic diagnostic);

    /// <summary>How far the current activity of <paramref name="model"/> is.</summary>
    void Progress(string model, MethodProgress progress);

    /// <summary>A model is finished.</summary>
    void Finished(ModelReport report);
}
