namespace ModelOptimizer.Pipeline.Inspection;

/// <summary>A device that was tried.</summary>
/// <param name="Name">The manifest's word.</param>
/// <param name="Usable">Whether it starts and passes its self-test.</param>
/// <param name="Detail">Its device class, or why it cannot be used.</param>
/// <param name="MemoryBytes">Its memory; null where nobody says.</param>
/// <param name="Gflops">Billions of operations a second in products of float32 matrices; null when it cannot be used.</param>
internal sealed record DeviceReport(string Name, bool Usable, string Detail, long? MemoryBytes = null, double? Gflops = null);
