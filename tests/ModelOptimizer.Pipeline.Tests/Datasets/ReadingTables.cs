using System.Text;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Tensors.Data;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Pipeline.Tests.Datasets;

public sealed class ReadingTables : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a,b,label\n1,2.5,3\n-4e1,+5,6\n")]
    [InlineData("a;b;label\n1;2.5;3\n-4e1;+5;6")]
    [InlineData("a\tb\tlabel\r\n1\t2.5\t3\r\n-4e1\t+5\t6\r\n")]
    [InlineData("\n\na,b,label\n\n1,2.5,3\n\r\n-4e1,+5,6\n\n")]
    [InlineData("\"a\",\"b\",\"label\"\n\"1\",\"2.5\",\"3\"\n\"-4e1\",\"+5\",\"6\"\n")]
    [InlineData(" a , b , label \n 1 , 2.5 , 3 \n -4e1 , +5 , 6 \n")]
    [InlineData("\uFEFFa,b,label\n1,2.5,3.0\n-4e1,+5,6.0\n")]
    public void Gives_The_Same_However_It_Is_Written(string text)
    {
        _folder.Write("x.csv", text).Write("x.csv.gz", ArrayWriter.Gzip(Encoding.UTF8.GetBytes(text)));
        foreach (var file in new[] { "x.csv", "x.csv.gz" })
        {
            var batch = Open(_folder.In(file, "label", ("image", "[a, b]")) with { Columns = Columns("[a, b]", "a", "b") }, 2).Read().Single();

            batch.Inputs["image"].As<double>().ToArray().ShouldBe([1, 2.5, -40, 5]);
            batch.Labels.ShouldBe([3L, 6]);
        }
    }

    [Fact]
    public void Passes_Over_Texts_That_Nobody_Asked_For()
    {
        _folder.Write("x.csv", "name,a,note,label\n\"Smith, John\",1,\"two\nlines, and \"\"quotes\"\"\",0\n5\" pipe,2,,1\n");

        var batch = Open(_folder.In("x.csv", "label", ("image", "a")), 1).Read().Single();

        batch.Inputs["image"].As<double>().ToArray().ShouldBe([1, 2]);
        batch.Labels.ShouldBe([0L, 1]);
    }

    [Fact]
    public void Takes_Ranges_In_The_Order_Of_The_File_And_Lists_In_Their_Own()
    {
        _folder.Write("x.csv", "c,p10,p2,a,odd..name\n1,2,3,4,5\n");

        double[] Of(params string[] columns) => DataFolder.Values(Open(_folder.In("x.csv", null, ("image", "x")) with { Columns = Columns("x", columns) }, -1));

        Of("p10..a").ShouldBe([2, 3, 4]);
        Of("a", "c").ShouldBe([4, 1]);
        Of("a", "c..p2").ShouldBe([4, 1, 2, 3]);
        Of("odd..name").ShouldBe([5]);
    }

    [Fact]
    public void Feeds_Two_Inputs_With_Labels_That_Are_Not_Whole()
    {
        _folder.Write("x.csv", "id,w,h,y,z\n9007199254740991,2,3,0.5,1\n5,6,7,1,2\n");
        var dataset = _folder.In("x.csv", "y..z", ("image", "w..h"), ("id", "id"));

        var batch = DatasetReader.Open(dataset, [DataFolder.Input(-1, 2), new ModelTensor("id", DataType.Int64, [-1])], null, 1).Read().Single();

        batch.Inputs["image"].As<double>().ToArray().ShouldBe([2, 3, 6, 7]);
        batch.Inputs["id"].As<long>().ToArray().ShouldBe([9007199254740991, 5]);
        batch.Labels.ShouldBeNull();
        batch.Targets.ShouldBe([0.5, 1, 1, 2]);
    }

    [Fact]
    public void Draws_The_Same_Samples_As_From_An_Array_Of_The_Same_Values()
    {
        var random = new Random(3);
        var values = Enumerable.Range(0, 500 * 3).Select(_ => random.NextDouble()).ToArray();
        var text = string.Join(
            '\n',
            values.Chunk(3).Select((row, i) => FormattableString.Invariant($"{row[0]:R},{row[1]:R},{row[2]:R},{i}")).Prepend("p0,p1,p2,label")
        );
        _folder
            .Write("x.csv", text)
            .Write("x.npy", ArrayWriter.Npy("<f8", [500, 3], values))
            .Write("y.npy", ArrayWriter.Npy("<i8", [500], Enumerable.Range(0, 500).Select(i => (double)i)));

        var table = DatasetReader.Open(_folder.In("x.csv", "label", ("image", "p0..p2")), [DataFolder.Input(-1, 3)], 40, 7);
        var array = DatasetReader.Open(_folder.Files("x.npy", "y.npy"), [DataFolder.Input(-1, 3)], 40, 7);

        DataFolder.Values(table).ShouldBe(DataFolder.Values(array));
        table.Read().SelectMany(batch => batch.Labels!).ShouldBe(array.Read().SelectMany(batch => batch.Labels!));
    }

    private static Dictionary<string, IReadOnlyList<string>> Columns(string name, params string[] columns) => new() { [name] = columns };

    private static Tensors.Data.IBatchSource Open(DatasetPlan dataset, long width) => DatasetReader.Open(dataset, [DataFolder.Input(-1, width)], null, 1);
}
