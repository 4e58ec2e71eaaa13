using ModelOptimizer.Tensors.LinearAlgebra;

namespace ModelOptimizer.Tensors.Tests.LinearAlgebra;

public sealed class EngineLinearAlgebraTests(EngineFixture fixture) : LinearAlgebraTests, IClassFixture<EngineFixture>
{
    protected override ILinearAlgebra Algebra => fixture.Algebra;
}
