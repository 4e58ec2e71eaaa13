namespace ModelOptimizer.Tensors.Execution;

/// <summary>
/// Keeps what is expensive to compute from one run to the next. It knows the model, the calibration data, the seed, the device and the build of the product; a
/// name adds what else the content depends on. Nothing is promised: what was added may be gone.
/// </summary>
internal interface IBlobStore
{
    /// <summary>What was added under a name; null when it is not there any more.</summary>
    byte[]? Find(string name);

    /// <summary>Adds content.</summary>
    void Add(string name, byte[] content);
}
