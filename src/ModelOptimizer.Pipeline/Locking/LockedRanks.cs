using System.Text.Json.Serialization;

namespace ModelOptimizer.Pipeline.Locking;

/// <summary>Ranks of one layer, on one line of the file.</summary>
[JsonConverter(typeof(LockedRanksConverter))]
public sealed record LockedRanks(IReadOnlyList<int> Ranks);
