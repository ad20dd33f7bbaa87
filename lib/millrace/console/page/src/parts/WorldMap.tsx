import { geoNaturalEarth1, geoPath } from "d3-geo";
import { useEffect, useMemo, useState } from "preact/hooks";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import data from "world-atlas/countries-50m.json?url";
import { type Problem, ProblemError, request } from "../api/client.ts";
import { codeOf, levelOf } from "../state/countries.ts";

interface Shape {
  readonly code: string | null;
  readonly path: string;
  /** Its middle, and whether it is too small to be seen. */
  readonly middle: readonly [number, number];
  readonly isSmall: boolean;
}

interface World {
  readonly shapes: readonly Shape[];
  /** The codes that have a shape. */
  readonly codes: ReadonlySet<string>;
}

const WIDTH = 960;
const HEIGHT = 480;
const SMALL = 60; // of WIDTH times HEIGHT
let asked: Promise<World> | null = null;

/** The shapes of countries (Natural Earth, 1:50 million), asked for once. */
export function useWorld(): { world: World | null; problem: Problem | null } {
  const [world, set] = useState<World | null>(null);
  const [problem, tell] = useState<Problem | null>(null);
  useEffect(() => {
    asked ??= request(data).then(async (answer) => worldOf((await answer.json()) as Atlas));
    asked.then(set, (error: unknown) => {
      asked = null;
      tell(error instanceof ProblemError ? error.problem : { title: "Map not loaded", status: 0, detail: String(error) });
    });
  }, []);
  return { world, problem };
}

type Atlas = Topology<{ countries: GeometryCollection<{ name: string }> }>;

function worldOf(atlas: Atlas): World {
  const all = feature(atlas, atlas.objects.countries);
  const draw = geoPath(geoNaturalEarth1().fitSize([WIDTH, HEIGHT], { type: "Sphere" })).digits(1);
  const shapes = all.features.map((one) => ({
    code: codeOf(one.id === undefined ? undefined : String(one.id), one.properties.name),
    path: draw(one) ?? "",
    middle: draw.centroid(one),
    isSmall: draw.area(one) < SMALL,
  }));
  return { shapes, codes: new Set(shapes.flatMap((one) => one.code ?? [])) };
}

export interface WorldMapProps {
  readonly world: World;
  readonly values: ReadonlyMap<string, number>;
  /** Where levels of colour begin. */
  readonly begins: readonly number[];
  readonly selected: string | null;
  readonly label: string;
  readonly onPoint: (code: string | null) => void;
  readonly onOpen: (code: string) => void;
  /** A key was pressed while the map has the focus. */
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/** Countries in colours by their values; small ones that have a value are dots. */
export function WorldMap(props: WorldMapProps) {
  const { world, values, begins, selected } = props;
  const land = useMemo(() => world.shapes.map((shape, n) => <Land key={n} shape={shape} level={level(shape, values, begins)} {...props} />), [world, values, begins]);
  const marked = world.shapes.filter((one) => one.code !== null && one.code === selected);
  return (
    <div class="map" tabIndex={0} role="application" aria-roledescription="map" data-enter aria-label={props.label} onKeyDown={props.onKeyDown} onMouseLeave={() => props.onPoint(null)}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        {land}
        {marked.map((one) =>
          one.isSmall ? <circle class="mark" cx={one.middle[0]} cy={one.middle[1]} r={6} /> : <path class="mark" d={one.path} />,
        )}
      </svg>
    </div>
  );
}

const level = ({ code }: Shape, values: ReadonlyMap<string, number>, begins: readonly number[]): number =>
  levelOf((code !== null && values.get(code)) || 0, begins);

function Land({ shape, level, onPoint, onOpen }: WorldMapProps & { shape: Shape; level: number }) {
  const { code } = shape;
  const own = code === null ? {} : { "data-country": code, onMouseEnter: () => onPoint(code), ...(level ? { onClick: () => onOpen(code) } : {}) };
  const name = `land level-${level}`;
  return (
    <>
      <path class={name} d={shape.path} {...own} />
      {shape.isSmall && level > 0 && <circle class={name} cx={shape.middle[0]} cy={shape.middle[1]} r={4} {...own} />}
    </>
  );
}
