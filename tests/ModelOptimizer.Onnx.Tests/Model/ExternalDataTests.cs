using System.Globalization;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Model;

public sealed class ExternalDataTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string ModelPath => Path.Combine(_folder.Path, "models", "model.onnx");

    public ExternalDataTests()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(ModelPath)!);
        File.WriteAllBytes(Path.Combine(_folder.Path, "models", "weights.bin"), [.. new byte[8], .. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f)]);
        File.WriteAllBytes(Path.Combine(_folder.Path, "secret.bin"), new byte[100]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Data_is_read_from_its_place_in_the_file_and_the_model_becomes_self_contained()
    {
        var model = Load("weights.bin", offset: "8", length: "8");

        var weight = model.Graph.Initializer[0];
        WeightValues.ReadFloats(weight).ShouldBe([1.5f, -2f]);
        weight.HasDataLocation.ShouldBeFalse();
        weight.ExternalData.ShouldBeEmpty();
        OnnxModel.Parse(model.ToBytes()).Proto.ShouldBe(model.Proto);
    }

    [Fact]
    public void Size_on_disk_counts_the_data_file()
    {
        var model = Load("weights.bin", offset: "8", length: "8");

        model.FileSizeInBytes.ShouldBe(new FileInfo(ModelPath).Length + 16);
        model.Files.ShouldBe([ModelPath, Path.Combine(_folder.Path, "models", "weights.bin")]);
    }

    [Fact]
    public void Without_a_length_the_shape_says_it() => WeightValues.ReadFloats(Load("./weights.bin", offset: "8").Graph.Initializer[0]).ShouldBe([1.5f, -2f]);

    [Fact]
    public void A_tensor_of_a_sub_graph_is_read_too()
    {
        var model = ModelWith("weights.bin", "8", "8");
        var inner = new GraphProto { Name = "inner", Initializer = { model.Graph.Initializer[0].Clone() } };
        model.Graph.Node.Add(new NodeProto { OpType = "If", Attribute = { new AttributeProto { Name = "then_branch", G = inner } } });
        model.Save(ModelPath);

        var loaded = OnnxModel.Load(ModelPath);
        WeightValues.ReadFloats(loaded.Graph.Node[0].Attribute[0].G.Initializer[0]).ShouldBe([1.5f, -2f]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_tensor_of_a_graph_that_is_the_default_of_a_functions_attribute_is_read_too(bool several)
    {
        var model = ModelWith("weights.bin", "8", "8");
        var inner = new GraphProto { Name = "inner", Initializer = { model.Graph.Initializer[0].Clone() } };
        var nested = new GraphProto
        {
            Name = "outer",
            Node = { new NodeProto { OpType = "If", Attribute = { new AttributeProto { Name = "then_branch", G = inner } } } },
        };
        var attribute = several ? new AttributeProto { Name = "body", Graphs = { nested } } : new AttributeProto { Name = "body", G = nested };
        model.Proto.Functions.Add(new FunctionProto { Name = "f", Domain = "own", AttributeProto = { attribute } });
        model.Save(ModelPath);

        var loaded = OnnxModel.Load(ModelPath).Proto.Functions[0].AttributeProto[0];

        WeightValues.ReadFloats((several ? loaded.Graphs[0] : loaded.G).Node[0].Attribute[0].G.Initializer[0]).ShouldBe([1.5f, -2f]);
        model.Proto.Functions[0].AttributeProto[0] = new AttributeProto { Name = "body", G = inner };
        inner.Initializer[0].ExternalData[0].Value = "../secret.bin";
        model.Save(ModelPath);
        Should.Throw<DiagnosticException>(() => OnnxModel.Load(ModelPath)).Diagnostic.Code.ShouldBe(ModelCodes.ExternalOutside);
    }

    [Theory]
    [InlineData("../secret.bin")]
    [InlineData("..\\secret.bin")]
    [InlineData("sub/../../secret.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("C:\\windows\\win.ini")]
    [InlineData("")]
    [InlineData(".")]
    public void Data_outside_the_models_folder_is_never_read(string location) => CodeOf(location, "0", "8").ShouldBe(ModelCodes.ExternalOutside);

    [Fact]
    public void A_link_out_of_the_models_folder_is_not_followed()
    {
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "models", "link.bin"), Path.Combine(_folder.Path, "secret.bin"));
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "models", "up"), _folder.Path);

        CodeOf("link.bin", "0", "8").ShouldBe(ModelCodes.ExternalOutside);
        CodeOf("up/secret.bin", "0", "8").ShouldBe(ModelCodes.ExternalOutside);
    }

    [Fact]
    public void A_link_inside_the_models_folder_is_followed_even_when_that_folder_is_reached_through_a_link()
    {
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "models", "link.bin"), "weights.bin");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "elsewhere"), Path.Combine(_folder.Path, "models"));
        ModelWith("link.bin", "8", "8").Save(ModelPath);

        var model = OnnxModel.Load(Path.Combine(_folder.Path, "elsewhere", "model.onnx"));
        WeightValues.ReadFloats(model.Graph.Initializer[0]).ShouldBe([1.5f, -2f]);
    }

    [Fact]
    public void A_link_that_leads_nowhere_ends_in_one_error()
    {
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "models", "a.bin"), "b.bin");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "models", "b.bin"), "a.bin");

        CodeOf("a.bin", "0", "8").ShouldBe(ModelCodes.Unreadable);
    }

    // The cache of a model hub: both files are links of a snapshot to blobs elsewhere, named by their hashes.
    [Fact]
    public void Where_the_model_itself_is_a_link_data_beside_its_target_is_read()
    {
        ModelWith("weights.bin", "8", "8").Save(ModelPath);
        var (blobs, snapshot) = (Path.Combine(_folder.Path, "blobs"), Path.Combine(_folder.Path, "snapshots", "1f"));
        Directory.CreateDirectory(blobs);
        Directory.CreateDirectory(snapshot);
        File.Move(ModelPath, Path.Combine(blobs, "0a"));
        File.Move(Path.Combine(_folder.Path, "models", "weights.bin"), Path.Combine(blobs, "0b"));
        File.CreateSymbolicLink(Path.Combine(snapshot, "model.onnx"), "../../blobs/0a");
        File.CreateSymbolicLink(Path.Combine(snapshot, "weights.bin"), "../../blobs/0b");

        WeightValues.ReadFloats(OnnxModel.Load(Path.Combine(snapshot, "model.onnx")).Graph.Initializer[0]).ShouldBe([1.5f, -2f]);

        File.Delete(Path.Combine(snapshot, "weights.bin"));
        File.CreateSymbolicLink(Path.Combine(snapshot, "weights.bin"), "../../secret.bin");
        Should.Throw<DiagnosticException>(() => OnnxModel.Load(Path.Combine(snapshot, "model.onnx"))).Diagnostic.Code.ShouldBe(ModelCodes.ExternalOutside);
    }

    [Fact]
    public void A_linked_model_finds_its_data_beside_what_it_leads_to()
    {
        ModelWith("weights.bin", "8", "8").Save(ModelPath);
        var link = Path.Combine(_folder.Path, "link.onnx");
        File.CreateSymbolicLink(link, "models/model.onnx");

        WeightValues.ReadFloats(OnnxModel.Load(link).Graph.Initializer[0]).ShouldBe([1.5f, -2f]);
    }

    [Fact]
    public void Data_that_is_a_Git_LFS_pointer_is_recognised()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "models", "weights.bin"), "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 16\n");

        CodeOf("weights.bin", "0", "8").ShouldBe(ModelCodes.LfsPointer);
    }

    [Fact]
    public void Many_tensors_that_name_the_same_bytes_are_refused_and_tied_ones_share_them()
    {
        OnnxModel Tied(int count)
        {
            var model = ModelWith("weights.bin", "0", "16");
            model.Graph.Initializer[0].Dims[0] = 4;
            var tensors = Enumerable.Range(0, count).Select(i => new TensorProto(model.Graph.Initializer[0]) { Name = $"w{i}" }).ToList();
            model.Graph.Initializer.Clear();
            model.Graph.Initializer.AddRange(tensors);
            model.Save(ModelPath);
            return OnnxModel.Load(ModelPath);
        }

        var tied = Tied(3).Graph.Initializer;
        tied.Select(tensor => tensor.RawData.Length).ShouldBe([16, 16, 16]);
        ReferenceEquals(tied[0].RawData, tied[2].RawData).ShouldBeTrue();
        Should.Throw<DiagnosticException>(() => Tied(64)).Diagnostic.Code.ShouldBe(ModelCodes.ExternalRange);
    }

    [Fact]
    public void To_look_at_a_model_its_large_weights_stay_where_they_are()
    {
        new GraphBuilder().Input("x", [1, 128]).Gemm("x", "h", 512, 128).Gemm("h", "y", 2, 512).Output("y").Build().Save(ModelPath, externalData: true);

        var model = OnnxModel.LoadWithoutWeights(ModelPath);

        model.Graph.Initializer.Where(tensor => tensor.DataLocation == TensorProto.Types.DataLocation.External).Select(tensor => tensor.Name).ShouldBe(["h.w"]);
        model.FileSizeInBytes.ShouldBe(OnnxModel.Load(ModelPath).FileSizeInBytes);
        LayerFinder.Find(model).ShouldAllBe(layer => layer.Obstacle == null);
    }

    [Fact]
    public void A_missing_data_file_is_named() =>
        ErrorOf("gone.bin", "0", "8")
            .ShouldBe(
                (ModelCodes.ExternalMissing, "the data of tensor 'w' is in 'gone.bin', which is not in the model's folder. Copy that file beside the model.")
            );

    [Theory]
    [InlineData("9", "8", "it takes 8 bytes from byte 9 of a file of 16 bytes")]
    [InlineData("17", null, "it starts at byte 17 of a file of 16 bytes")]
    [InlineData("-1", "8", "it starts at byte -1 of a file of 16 bytes")]
    [InlineData("0", "-8", "it takes -8 bytes from byte 0 of a file of 16 bytes")]
    [InlineData("0", "9223372036854775807", "it takes 9223372036854775807 bytes from byte 0 of a file of 16 bytes")]
    [InlineData("0", "4", "its shape takes 8 bytes, but 4 are given")]
    [InlineData("many", "8", "its offset is 'many', not a number")]
    public void A_place_that_does_not_exist_is_refused(string offset, string? length, string found) =>
        ErrorOf("weights.bin", offset, length)
            .ShouldBe((ModelCodes.ExternalRange, $"the external data of tensor 'w' is wrong: {found}. Export the model again."));

    [Fact]
    public void Large_tensors_go_to_a_file_beside_the_model_when_asked_and_come_back_the_same()
    {
        var model = new GraphBuilder().Input("x", [1, 128]).Gemm("x", "h", 96, 128).Gemm("h", "y", 64, 96).Output("y").Build();

        model.Save(ModelPath, externalData: true);

        var proto = ModelProto.Parser.ParseFrom(File.ReadAllBytes(ModelPath));
        var outside = proto.Graph.Initializer.Where(tensor => tensor.DataLocation == TensorProto.Types.DataLocation.External).ToList();
        outside.Select(tensor => tensor.Name).ShouldBe(["h.w", "y.w"]);
        outside.ShouldAllBe(tensor => tensor.ExternalData.Single(entry => entry.Key == "location").Value == "model.onnx.data");
        outside
            .Select(tensor => long.Parse(tensor.ExternalData.Single(entry => entry.Key == "offset").Value, CultureInfo.InvariantCulture) % 4096)
            .ShouldAllBe(rest => rest == 0);
        OnnxModel.Load(ModelPath).Proto.ShouldBe(model.Proto);
        model.Graph.Initializer.ShouldAllBe(tensor => tensor.HasRawData);
    }

    private OnnxModel Load(string location, string? offset = null, string? length = null)
    {
        ModelWith(location, offset, length).Save(ModelPath);
        return OnnxModel.Load(ModelPath);
    }

    private static OnnxModel ModelWith(string location, string? offset, string? length)
    {
        var tensor = new TensorProto
        {
            Name = "w",
            DataType = (int)TensorProto.Types.DataType.Float,
            Dims = { 2 },
            DataLocation = TensorProto.Types.DataLocation.External,
        };
        foreach (var (key, value) in new[] { ("location", location), ("offset", offset), ("length", length) })
        {
            if (value is not null)
            {
                tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
            }
        }

        var builder = new GraphBuilder();
        builder.Proto.Graph.Initializer.Add(tensor);
        return builder.Build();
    }

    private (string Code, string Message) ErrorOf(string location, string? offset, string? length)
    {
        var diagnostic = Should.Throw<DiagnosticException>(() => Load(location, offset, length)).Diagnostic;
        return (diagnostic.Code, diagnostic.Message);
    }

    private string CodeOf(string location, string? offset, string? length) => ErrorOf(location, offset, length).Code;
}
