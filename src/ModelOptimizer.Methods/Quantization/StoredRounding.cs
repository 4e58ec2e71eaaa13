using ModelOptimizer.Methods.Sequential;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>Rounded weights as bytes, for another run.</summary>
internal static class StoredRounding
{
    /// <summary>What walks made of weights.</summary>
    /// <param name="context">The step's.</param>
    /// <param name="walk">What a weight depends on besides the models, the samples and the decisions.</param>
    public static WalkMemory<RoundedWeight> Memory(StepContext context, string walk) => new(context, walk, weight => weight.Tensor.Count, Write);

    /// <param name="reader">What was written.</param>
    /// <param name="target">The weight.</param>
    public static RoundedWeight Read(BinaryReader reader, WeightTarget target)
    {
        var (name, dims, type, format) = (reader.ReadString(), reader.ReadArray<long>(), (DataType)reader.ReadInt32(), WeightFormat.Find(reader.ReadString())!);
        var (codes, scales, halves) = (reader.ReadArray<sbyte>(), reader.ReadArray<float>(), reader.ReadArray<Half>());
        var block = reader.ReadInt32();
        var axis = reader.ReadBoolean() ? target.Axis! : ChannelAxis.Whole(dims);
        return new RoundedWeight(
            target,
            new RoundedTensor(name, dims, type, format, codes, scales, axis, halves) { Block = block < 0 ? null : block },
            reader.ReadOptional(reader.ReadString),
            reader.ReadOptional(reader.ReadNewNumbers),
            reader.ReadDouble(),
            reader.ReadOptional(reader.ReadString));
    }

    private static void Write(BinaryWriter writer, RoundedWeight weight)
    {
        var tensor = weight.Tensor;
        writer.Write(tensor.Name);
        writer.Write<long>(tensor.Dims);
        writer.Write((int)tensor.Type);
        writer.Write(tensor.Format.Name);
        writer.Write<sbyte>(tensor.Codes);
        writer.Write<float>(tensor.Scales);
        writer.Write<Half>(tensor.Halves);
        writer.Write(tensor.Block ?? -1);
        writer.Write(ReferenceEquals(tensor.Axis, weight.Target.Axis));
        writer.WriteOptional(weight.Obstacle, writer.Write);
        writer.WriteOptional(weight.Bias, writer.Write);
        writer.Write(weight.RelativeError);
        writer.WriteOptional(weight.Note, writer.Write);
    }
}
