namespace ModelOptimizer.Pipeline.Manifest;

/// <summary>A value of the manifest and where it is written.</summary>
internal abstract record Node(SourcePosition Position)
{
    /// <summary>What it is, for messages of the form "found …".</summary>
    public abstract string Describe();
}
