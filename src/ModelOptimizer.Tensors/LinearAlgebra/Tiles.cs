namespace ModelOptimizer.Tensors.LinearAlgebra;

/// <summary>The lower triangle of a matrix as square tiles, those at the end smaller.</summary>
internal sealed class Tiles
{
    /// <summary>Rows and columns of a tile: large enough for products at full speed, small enough that triangles of this size do not count.</summary>
    public const int Size = 512;

    private readonly int _rows;
    private readonly Matrix?[,] _tiles;
    private Matrix? _spare;

    private Tiles(int rows)
    {
        _rows = rows;
        Count = (rows + Size - 1) / Size;
        _tiles = new Matrix?[Count, Count];
    }

    /// <summary>Tiles along a side.</summary>
    public int Count { get; }

    /// <summary>A tile of the lower triangle.</summary>
    public Matrix this[int row, int column]
    {
        get => _tiles[row, column]!;
        set => _tiles[row, column] = value;
    }

    public static Tiles OfLowerTriangle(Matrix a)
    {
        var tiles = new Tiles(a.Rows);
        for (var i = 0; i < tiles.Count; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                tiles[i, j] = a.Block(i * Size, j * Size, tiles.Extent(i), tiles.Extent(j));
            }
        }

        return tiles;
    }

    /// <summary>Number of rows of tile row <paramref name="index"/>, and of columns of that tile column.</summary>
    public int Extent(int index) => Math.Min(Size, _rows - (index * Size));

    /// <summary>Tile −= left·rightᵀ.</summary>
    public void Subtract(EngineProduct product, int row, int column, Matrix left, Matrix right)
    {
        var old = this[row, column];
        if (_spare is not { } result || result.Rows != old.Rows || result.Columns != old.Columns)
        {
            result = Matrix.Uninitialized(old.Rows, old.Columns);
        }

        product.Subtract(old, left, right, result, transposeB: true);
        (this[row, column], _spare) = (result, old);
    }

    /// <summary>The whole matrix, zero above the diagonal.</summary>
    public Matrix ToMatrix()
    {
        var matrix = new Matrix(_rows, _rows);
        for (var i = 0; i < Count; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                matrix.SetBlock(i * Size, j * Size, this[i, j]);
            }
        }

        return matrix;
    }
}
