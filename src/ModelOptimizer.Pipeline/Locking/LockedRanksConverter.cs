using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelOptimizer.Pipeline.Locking;

/// <summary><c>[16, 8]</c> instead of four lines: a review shall see one changed line for one changed layer.</summary>
internal sealed class LockedRanksConverter : JsonConverter<LockedRanks>
{
    public override LockedRanks Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(JsonSerializer.Deserialize<int[]>(ref reader) ?? []);

    public override void Write(Utf8JsonWriter writer, LockedRanks value, JsonSerializerOptions options) => writer.WriteRawValue($"[{string.Join(", ", value.Ranks)}]");
}
