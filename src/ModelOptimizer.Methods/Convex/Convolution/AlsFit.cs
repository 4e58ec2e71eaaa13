using ModelOptimizer.Tensors.Training;

namespace ModelOptimizer.Methods.Convex;

/// <summary>What alternating least squares came to.</summary>
/// <param name="Block">The block.</param>
/// <param name="Losses">Σ‖S − Y‖² after every solve of Conv³, from the start on.</param>
/// <param name="Gradient">Norm of Conv²'s gradient relative to that at empty filters; Conv³'s gradient is zero.</param>
internal sealed record AlsFit(GatedBlock Block, IReadOnlyList<double> Losses, double Gradient);
