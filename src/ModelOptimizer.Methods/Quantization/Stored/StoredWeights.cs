using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>Puts the nodes that make a weight in the place of the constant: whatever reads it is not touched.</summary>
internal static class StoredWeights
{
    // Weights that share their bytes are cut out of one long vector, which costs memory at load, and saves names and nodes, which only small files notice.
    private const int MostOfSmall = 1 << 16;
    private const int MostOfSmallInLarge = 1 << 12;
    private const long Large = 1L << 22;
    private const int MostTogether = 1 << 17;

    /// <summary>
    /// A clone of <paramref name="model"/> with <paramref name="tensors"/> packed, and bytes by tensor; a tensor that would not be smaller stays out of both.
    /// </summary>
    public static (OnnxModel Model, IReadOnlyDictionary<string, long> Bytes) Pack(OnnxModel model, IReadOnlyList<RoundedTensor> tensors)
    {
        var before = BytesNow(model);
        var most = MostShared(model);
        var smaller = tensors.Where(tensor => MemberBytes(tensor, model, IsSmall(tensor, most)) < before[tensor.Name]).ToList();
        var rewrite = new Rewrite(model);
        var shared = new Dictionary<string, string>(StringComparer.Ordinal);
        var names = 0;
        var bytes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var group in Groups(smaller, most))
        {
            var known = new Dictionary<string, string>(shared, StringComparer.Ordinal);
            var writer = Unpacking.Writer(model, () => rewrite.UniqueName($"q{names++}"), known);
            new Unpacking(writer).Write(group);
            if (writer.Bytes >= group.Sum(tensor => before[tensor.Name]))
            {
                // Again without them: names that they took would not be taken when a lock file's choices are carried out, and the bytes would differ.
                return Pack(model, [.. tensors.Except(group)]);
            }

            shared = known;
            rewrite.ReplaceConstants(group.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal), writer);
            // What weights share is divided by their lengths.
            var weights = (double)group.Sum(tensor => tensor.Count);
            foreach (var tensor in group)
            {
                bytes.Add(tensor.Name, (long)(writer.Bytes * (tensor.Count / weights)));
            }
        }

        return (rewrite.Finish(), bytes);
    }

    /// <summary>Bytes in the file of every constant of the main graph: the tensor, its graph input where there is one, its node.</summary>
    public static IReadOnlyDictionary<string, long> BytesNow(OnnxModel model)
    {
        var inputs = model.Graph.Input.ToDictionary(input => input.Name, ModelSize.Framed, StringComparer.Ordinal);
        return new ConstantLookup(model.Graph).All.ToDictionary(
            constant => constant.Name,
            constant => ModelSize.Framed(constant.Node is null ? constant.Tensor : constant.Node) + inputs.GetValueOrDefault(constant.Name),
            StringComparer.Ordinal);
    }

    // In the order of the model: large ones alone, small ones of one format together as long as they are not many.
    private static IEnumerable<IReadOnlyList<RoundedTensor>> Groups(IEnumerable<RoundedTensor> tensors, int most)
    {
        foreach (var byFormat in tensors.GroupBy(tensor => (tensor.Format.Bits, IsSmall(tensor, most))))
        {
            var group = new List<RoundedTensor>();
            foreach (var tensor in byFormat)
            {
                if (group.Count > 0 && (!byFormat.Key.Item2 || group.Sum(member => member.Count) + tensor.Count > MostTogether))
                {
                    yield return group;
                    group = [];
                }

                group.Add(tensor);
            }

            yield return group;
        }
    }

    /// <summary>About what <paramref name="tensor"/> would take in the file; what it shares with others is not counted.</summary>
    public static long MemberBytes(RoundedTensor tensor, OnnxModel model) => MemberBytes(tensor, model, IsSmall(tensor, MostShared(model)));

    // By the file, which is the same when fewer weights are packed because a lock file says so.
    private static int MostShared(OnnxModel model) => model.SizeInBytes < Large ? MostOfSmall : MostOfSmallInLarge;

    private static bool IsSmall(RoundedTensor tensor, int most) => tensor.Count <= most && tensor.Format.Bits < 8;

    private static long MemberBytes(RoundedTensor tensor, OnnxModel model, bool shares)
    {
        var writer = Unpacking.Writer(model, () => "q00", new(StringComparer.Ordinal));
        var unpacking = new Unpacking(writer);
        if (!shares)
        {
            unpacking.Write([tensor]);
            return writer.Bytes;
        }

        unpacking.WriteMember(tensor);
        return writer.Bytes + (tensor.Count * (long)tensor.Format.Bits / 8);
    }
}

/// <summary>A weight whose numbers are all on a grid.</summary>
/// <param name="Name">The tensor's name, which what makes it will have.</param>
/// <param name="Dims">Its shape.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Format">The grid.</param>
/// <param name="Codes">The codes in the tensor's order; empty for float16.</param>
/// <param name="Scales">A scale for each output channel, or each block of one (<see cref="Block"/>); empty for float16.</param>
/// <param name="Axis">Which numbers a scale belongs to.</param>
/// <param name="Halves">The numbers of a float16 weight in the tensor's order; empty otherwise.</param>
internal sealed record RoundedTensor(
    string Name,
    long[] Dims,
    DataType Type,
    WeightFormat Format,
    sbyte[] Codes,
    float[] Scales,
    ChannelAxis Axis,
    Half[] Halves
)
{
    /// <summary>A weight without its numbers: as large in the file as with them, or larger where one scale turns out to be enough.</summary>
    public static RoundedTensor Empty(WeightTarget target, WeightFormat format, int type)
    {
        var count = (int)target.Layer.WeightCount;
        return format.HasCodes
            ? new(target.Layer.Weight, target.Layer.WeightShape, (DataType)type, format, new sbyte[count], new float[target.Axis!.Count], target.Axis, [])
            : new(target.Layer.Weight, target.Layer.WeightShape, (DataType)type, format, [], [], target.Axis!, new Half[count]);
    }

    /// <summary>How many weights of a channel that follow each other have one scale; null where a channel has one.</summary>
    public int? Block { get; init; }

    /// <summary>How many numbers.</summary>
    public int Count => Format.HasCodes ? Codes.Length : Halves.Length;

    /// <summary>The numbers that the graph makes.</summary>
    public double[] Values() => Format.HasCodes
        ? [.. Enumerable.Range(0, Count).Select(i => WeightValues.Round((int)Type, WeightFormat.Value(Codes[i], Scale(i))))]
        : Array.ConvertAll(Halves, half => WeightValues.Round((int)Type, (double)half));

    private float Scale(int index)
    {
        var (row, column) = Axis.Place(index);
        return new ScaleBlocks(Axis.Width, Block).Row(Scales, row)[column];
    }

    /// <summary>The same weight as a plain constant.</summary>
    public TensorProto Plain() => WeightValues.Create(Name, (int)Type, Dims, Values());
}
