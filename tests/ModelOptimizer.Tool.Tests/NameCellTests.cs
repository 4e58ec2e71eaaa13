using ModelOptimizer.Tool.Views;

namespace ModelOptimizer.Tool.Tests;

public class NameCellTests
{
    private const string Long = "model_1/stage2/block3/conv_a/Conv2D";

    [Theory]
    [InlineData(35, Long)]
    [InlineData(34, "model_1/sta…2/block3/conv_a/Conv2D")]
    [InlineData(16, "model…v_a/Conv2D")]
    [InlineData(4, "m…2D")]
    public void Long_names_keep_their_ends(int width, string shown)
    {
        NameCell.Shortened(Long, width).ShouldBe(shown);
        NameCell.Shortened("conv1", 16).ShouldBe("conv1");
    }
}
