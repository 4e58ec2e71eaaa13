using System.Security.Cryptography;
using System.Text;

namespace ModelOptimizer.Methods.Distillation;

/// <summary>The checkpoints of one training in a blob store, by step: a stored blob never changes.</summary>
internal sealed class TrainingBlobs
{
    private readonly IBlobStore? _blobs;
    private readonly string _name;
    private readonly long _steps;

    public TrainingBlobs(IBlobStore? blobs, Student student, DistillationOptions options, IParameterisation parameters, long steps, int count)
    {
        (_blobs, _steps) = (blobs, steps);
        Every = Math.Max(1, (steps + count - 1) / count);
        _name = blobs is null ? "" : NameOf(student, options, parameters);
    }

    /// <summary>A name for a training. The store knows the model so far; a student of its own is not that.</summary>
    public static string NameOf(Student student, DistillationOptions options, IParameterisation parameters)
    {
        byte[] content = [.. SHA256.HashData(student.Stored.ToBytes()), .. Encoding.UTF8.GetBytes($"{options.Text};{parameters.Text};{Taught(student)}")];
        return $"training {Convert.ToHexStringLower(SHA256.HashData(content))}";
    }

    private static string Taught(Student student) => string.Join(',', student.Outputs.Select(output => $"{output.Name} {output.Loss}"));

    /// <summary>Steps from one checkpoint to the next.</summary>
    public long Every { get; }

    public void Add(long step, byte[] checkpoint) => _blobs?.Add(NameAt(step), checkpoint);

    /// <summary>The checkpoint of the latest step; null when there is none.</summary>
    public byte[]? Latest()
    {
        for (var step = (_steps - 1) / Every * Every; step > 0; step -= Every)
        {
            if (_blobs?.Find(NameAt(step)) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private string NameAt(long step) => $"{_name} step {step}";
}
