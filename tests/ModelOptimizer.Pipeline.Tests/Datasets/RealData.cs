using ModelOptimizer.Diagnostics;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Testing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Pipeline.Tests.Datasets;

public sealed class RealData
{
    [SharedDataFact]
    public void Mnist_Has_The_Published_Images_And_Labels()
    {
        var dataset = new DatasetPlan
        {
            Name = "mnist",
            Position = new SourcePosition("modelopt.yaml"),
            Inputs = new Dictionary<string, string> { ["input1"] = SharedData.Path("mnist", "t10k-images-idx3-ubyte.gz") },
            Labels = SharedData.Path("mnist", "t10k-labels-idx1-ubyte.gz"),
            Preprocess = new PreprocessPlan { Scale = 1.0 / 255 },
            Files = [],
        };
        var source = DatasetReader.Open(dataset, [new ModelTensor("input1", DataType.Float, [1, 1, 28, 28])], null, 1);

        var (sum, labels) = (0.0, new List<long>());
        foreach (var batch in source.Read())
        {
            batch.Inputs["input1"].Shape.ShouldBe([1L, 1, 28, 28]);
            sum += batch.Inputs["input1"].As<float>().ToArray().Sum(value => (double)value);
            labels.AddRange(batch.Labels!);
        }

        source.Count.ShouldBe(10_000);
        labels.Take(10).ShouldBe([7L, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
        (sum / (10_000 * 784)).ShouldBe(0.1325, 0.0001);
        Enumerable.Range(0, 10).Select(digit => labels.Count(label => label == digit)).ShouldBe([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    }

    [SharedDataFact]
    public void Cifar_Reads_From_Archives_Written_By_NumPy()
    {
        var dataset = Cifar("train-4000.npz");
        var source = DatasetReader.Open(dataset, [new ModelTensor("image", DataType.Float, [-1, 3, 32, 32])], 512, 1);
        var all = DatasetReader.Open(dataset, [new ModelTensor("image", DataType.Float, [-1, 3, 32, 32])], null, 1);

        source.Read().Sum(batch => batch.Count).ShouldBe(512);
        all.Count.ShouldBe(4000);
        var labels = all.Read().SelectMany(batch => batch.Labels!).ToList();
        var classes = Enumerable.Range(0, 10).Select(kind => labels.Count(label => label == kind)).ToArray();
        classes.Min().ShouldBe(366);
        classes.Max().ShouldBe(422);
        var pixels = all.Read().First().Inputs["image"].As<float>().ToArray();
        pixels.Average().ShouldBe(0, 0.25f);
        pixels.Max().ShouldBeLessThan(2.7f);
    }

    [SharedDataFact]
    public void Cifar_Test_Images_Are_Not_Among_The_Training_Images() =>
        SampleHashes.Of(Cifar("train-4000.npz"), null, 1).Intersect(SampleHashes.Of(Cifar("test-100-lossless.npz"), null, 1)).ShouldBeEmpty();

    private static DatasetPlan Cifar(string file) => new()
    {
        Name = "cifar",
        Position = new SourcePosition("modelopt.yaml"),
        Path = SharedData.Path("cifar10", file),
        Inputs = new Dictionary<string, string> { ["image"] = "images" },
        Labels = "labels",
        Preprocess = new PreprocessPlan { Scale = 1.0 / 255, Mean = [0.485, 0.456, 0.406], Std = [0.229, 0.224, 0.225] },
        Files = [],
    };
}
