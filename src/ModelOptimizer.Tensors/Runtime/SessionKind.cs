namespace ModelOptimizer.Tensors.Runtime;

/// <summary>How ONNX Runtime treats a graph.</summary>
internal enum SessionKind
{
    /// <summary>Every optimisation: how users run their models.</summary>
    Optimised,

    /// <summary>As written, so that every tensor of the graph exists.</summary>
    AsWritten,

    /// <summary>Every optimisation, and no other thread than the caller's: for callers that share the work among threads of their own.</summary>
    OneThread,

    /// <summary>Every optimisation, and threads of its own that soon sleep after a run: for products between which other threads work.</summary>
    ShortWait,
}
