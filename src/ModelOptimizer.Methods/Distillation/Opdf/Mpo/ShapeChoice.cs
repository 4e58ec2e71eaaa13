namespace ModelOptimizer.Methods.Distillation;

/// <summary>
/// Shapes of the published form (a,1,…,x,…,1,b)×(a',1,…,y,…,1,b') with x, y in the central tensor, for a target rate. Matrices of one size have x = y = 1; then
/// N = aa'·d + (n−2)·d² + d·bb', d = min(aa', bb'), and aa' = bb' gives the highest rate, n.
/// </summary>
internal static class ShapeChoice
{
    private const int FewestTensors = 5;

    /// <summary>The n that a rate needs: 5 as published, or the next odd number that reaches it.</summary>
    public static int Tensors(double rate) => Math.Max(FewestTensors, (int)Math.Ceiling(rate) | 1);

    /// <summary>The shape of a matrix whose rate is nearest to <paramref name="rate"/>, by ratio.</summary>
    /// <param name="rows">I.</param>
    /// <param name="columns">J.</param>
    /// <param name="tensors">n, odd and from 3.</param>
    /// <param name="rate">N/(I·J).</param>
    public static MpoShape For(int rows, int columns, int tensors, double rate) => For((rows, columns), (rows, columns), tensors, rate).Student;

    /// <summary>
    /// Shapes of a student's matrix and its teacher's whose auxiliary tensors agree: any difference of size is in the central factors. The rate is the
    /// student's.
    /// </summary>
    public static (MpoShape Student, MpoShape Teacher) For((int Rows, int Columns) student, (int Rows, int Columns) teacher, int tensors, double rate)
    {
        var same = student == teacher;
        var rows = Outer(Divisor(student.Rows, teacher.Rows), same);
        var columns = Outer(Divisor(student.Columns, teacher.Columns), same);
        var best = (Distance: double.PositiveInfinity, Skew: 0.0, Row: (First: 1, Last: 1), Column: (First: 1, Last: 1));
        foreach (var row in rows)
        {
            foreach (var column in columns)
            {
                var middle = Middle(student, row, column);
                var ends = (First: (double)row.First * column.First, Last: (double)row.Last * column.Last);
                if (!same && Bonds(ends, middle) != Bonds(ends, Middle(teacher, row, column)))
                {
                    continue;
                }

                var distance = Math.Abs(Math.Log(Parameters(ends, middle, tensors) / ((double)student.Rows * student.Columns * rate)));
                var skew = Math.Abs(Math.Log((double)row.First * column.Last / ((double)row.Last * column.First)));
                var gain = best.Distance - distance;
                if (gain > 1e-9 || (gain > -1e-9 && skew < best.Skew - 1e-9))
                {
                    best = (distance, skew, row, column);
                }
            }
        }

        return (Shape(student, best.Row, best.Column, tensors), Shape(teacher, best.Row, best.Column, tensors));
    }

    private static MpoShape Shape((int Rows, int Columns) size, (int First, int Last) row, (int First, int Last) column, int tensors)
    {
        int[] Factors(int extent, (int First, int Last) outer)
        {
            int[] factors = [.. Enumerable.Repeat(1, tensors)];
            (factors[0], factors[tensors / 2], factors[^1]) = (outer.First, extent / outer.First / outer.Last, outer.Last);
            return factors;
        }

        return new MpoShape(Factors(size.Rows, row), Factors(size.Columns, column));
    }

    // First and last factors of a side, large first ones first; without room between them where that is not wanted.
    private static List<(int First, int Last)> Outer(int extent, bool whole)
    {
        int[] divisors = [.. Enumerable.Range(1, extent).Where(divisor => extent % divisor == 0).Reverse()];
        return
        [
            .. divisors.SelectMany(first =>
                divisors.Where(last => whole ? first * (long)last == extent : extent / first % last == 0).Select(last => (first, last))
            ),
        ];
    }

    private static double Middle((int Rows, int Columns) size, (int First, int Last) row, (int First, int Last) column) =>
        (double)(size.Rows / row.First / row.Last) * (size.Columns / column.First / column.Last);

    // The bonds left and right of the centre; those farther out are as large.
    private static (double Left, double Right) Bonds((double First, double Last) ends, double middle) =>
        (Math.Min(ends.First, middle * ends.Last), Math.Min(ends.Last, middle * ends.First));

    private static double Parameters((double First, double Last) ends, double middle, int tensors)
    {
        var (left, right) = Bonds(ends, middle);
        var inner = (tensors / 2) - 1;
        return (ends.First * left) + (inner * left * left) + (left * middle * right) + (inner * right * right) + (right * ends.Last);
    }

    private static int Divisor(int a, int b) => b == 0 ? a : Divisor(b, a % b);
}
