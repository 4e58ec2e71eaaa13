using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace ModelOptimizer.Tensors.Training;

/// <summary>A training between two steps, as bytes: what it is of, the losses so far, and the trainer's state. The place in the data follows from the number of steps.</summary>
internal static class TrainingCheckpoint
{
    private const int HashBytes = SHA256.HashSizeInBytes;

    /// <summary>What a checkpoint must be of to be gone on from: graph, start, data and plan.</summary>
    public static byte[] Identity(TrainingGraph graph, SampleStore samples, TrainingPlan plan)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(graph.Model.ToBytes());
        hash.AppendData(MemoryMarshal.AsBytes(graph.Start.AsSpan()));
        hash.AppendData(Encoding.UTF8.GetBytes($"{graph.Optimizer} {samples.Count} {samples.Bytes} {plan with { CheckpointEvery = 0 }}"));
        return hash.GetHashAndReset();
    }

    public static byte[] Write(byte[] identity, List<float> losses, Trainer trainer)
    {
        byte[] content = [.. identity, .. BitConverter.GetBytes((long)losses.Count), .. MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(losses)), .. trainer.Save()];
        return [.. SHA256.HashData(content), .. content];
    }

    /// <summary>Goes back to a checkpoint and returns the losses before it; null, with nothing changed, where it is damaged or of another training.</summary>
    public static List<float>? Read(ReadOnlySpan<byte> bytes, byte[] identity, Trainer trainer)
    {
        if (bytes.Length < HashBytes || !SHA256.HashData(bytes[HashBytes..]).AsSpan().SequenceEqual(bytes[..HashBytes]) || !bytes[HashBytes..].StartsWith(identity))
        {
            return null;
        }

        var rest = bytes[(HashBytes + identity.Length)..];
        var count = checked((int)BitConverter.ToInt64(rest));
        rest = rest[sizeof(long)..];
        List<float> losses = [.. MemoryMarshal.Cast<byte, float>(rest[..(count * sizeof(float))])];
        trainer.Restore(rest[(count * sizeof(float))..]);
        return losses;
    }
}
